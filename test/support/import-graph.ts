import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { projectRoot } from './project-root.js';

export interface ImportGraph {
  /** Source files, relative to the project's root. */
  readonly files: string[];
  /** Imports of one source file by another; `typeOnly` ones vanish at run time. */
  readonly local: { from: string; to: string; typeOnly: boolean }[];
  /** Imports of packages, by package name. */
  readonly packages: { from: string; name: string }[];
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

export function readImportGraph(folders: readonly string[]): ImportGraph {
  const files = folders.flatMap(sourceFiles);
  const graph: ImportGraph = { files, local: [], packages: [] };
  for (const from of files) {
    const source = readFileSync(join(projectRoot, from), 'utf8');
    for (const [, type, named, dynamic] of source.matchAll(IMPORT)) {
      const specifier = named ?? dynamic ?? '';
      if (specifier.startsWith('.')) {
        const to = posix.join(dirname(from), specifier).replace(/\.js$/, '.ts');
        graph.local.push({ from, to, typeOnly: type !== undefined });
      } else if (!isBuiltin(specifier)) {
        graph.packages.push({ from, name: packageName(specifier) });
      }
    }
  }
  return graph;
}

/** What each file imports at run time. */
function runTimeImports(graph: ImportGraph): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of graph.local) {
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to]);
  }
  return next;
}

/** The files that run when `file` is imported, itself among them. */
export function reachableFrom(graph: ImportGraph, file: string): ReadonlySet<string> {
  const next = runTimeImports(graph);
  const reached = new Set([file]);
  // A set tells what is added while it is walked.
  for (const from of reached) for (const to of next.get(from) ?? []) reached.add(to);
  return reached;
}

/** Every circle of run-time imports, each as the path that closes it. */
export function findCircles(graph: ImportGraph): string[] {
  const next = runTimeImports(graph);
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.files) visit(file, []);
  return circles;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(projectRoot, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(join(projectRoot, path)).isDirectory()) return sourceFiles(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
