/** A connection of better-sqlite3, node:sqlite or sqlite3. */
interface Database {
  loadExtension(path: string, ...more: any[]): unknown;
}

/** The path of the extension's module for this platform; throws an Error if its package is not installed. */
export declare function getLoadablePath(): string;

/** Loads the extension into a connection, which must allow it. */
export declare function load(db: Database): void;
