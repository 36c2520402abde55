import type { CalibrationSection } from '../evaluation.js';
import { equalMassReliability, equalWidthReliability } from './reliability.js';
import { temperatureSection } from './temperature.js';

export function calibrationSection(probabilities: Float64Array, labels: Uint8Array): CalibrationSection {
  return {
    equalWidth: equalWidthReliability(probabilities, labels),
    equalMass: equalMassReliability(probabilities, labels),
    temperature: temperatureSection(probabilities, labels),
  };
}
