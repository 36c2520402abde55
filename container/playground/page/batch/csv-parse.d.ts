/** The server gives the package's own build for browsers at this path. */
export { CsvError, parse } from 'csv-parse/browser/esm/sync';
