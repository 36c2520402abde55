#!/usr/bin/env node
import { run } from '../lib/cli/program.js';
import { outliveReaders } from '../lib/cli/terminal/closed-pipe.js';

outliveReaders();
process.exitCode = await run(process.argv.slice(2));
