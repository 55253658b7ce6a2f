import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ok } from '@pes/kernel';
import { inTransaction } from '@pes/store';
import { CsvError, parse } from 'csv-parse';
import type { Api } from '../api.ts';
import { writeAudit } from '../data-access/audit.sql.ts';
import { countChanges, type EntityPlace } from '../data-access/entity-settings.sql.ts';
import { headerProblems, readRow, type ImportRow, type RowProblem } from '../domain/import-row.ts';
import { refuse, type Answer, type Refusal } from '../domain/refusal.ts';
import { saveEntities } from './save-entities.ts';

export interface ImportResult {
  dryRun: boolean;
  rows: number;
  changed: number;
  unchanged: number;
  /** Lines that were left out. */
  failed: number;
  /** The first of their complaints. */
  errors: Array<RowProblem & { line: number }>;
  /** Under which the last of them was written; null when nothing was. */
  registryVersion: number | null;
}

const batchRows = 500;
const maxErrors = 100;
const maxRecordBytes = 8_192;

/** Thrown inside the stream; never leaves this file. */
class ImportStopped extends Error {
  refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.error);
    this.refusal = refusal;
  }
}

/** Piped, not in the pipeline: a pipeline that fails destroys its source, and with it the connection that the answer has to go through. */
function capped(source: IncomingMessage, maxBytes: number): Transform {
  let size = 0;
  const cap = new Transform({
    transform(part: Buffer, _encoding, done) {
      size += part.length;
      done(size > maxBytes ? new ImportStopped({ code: 'too_large', error: `the file may have at most ${maxBytes} bytes: split it` }) : null, part);
    },
  });
  source.once('close', () => { if (!source.complete) cap.destroy(new Error('the connection broke while the file was read')); });
  return source.pipe(cap);
}

/** The last line of an entity counts. */
function distinct(rows: readonly ImportRow[]): ImportRow[] {
  return [...new Map(rows.map((row) => [row.entityId, row])).values()];
}

function checkHeader(header: string[]): string[] {
  const names = header.map((name) => name.trim());
  const lines = headerProblems(names).map(({ field, message }) => `${field} ${message}`);
  if (lines.length > 0) throw new ImportStopped({ code: 'invalid', error: lines.join('; '), errors: lines });
  return names;
}

function stoppedOf(error: unknown): Answer<never> {
  if (error instanceof ImportStopped) return refuse(error.refusal.code, error.refusal.error, error.refusal.errors);
  if (error instanceof CsvError) {
    const line = `body line ${Number(error['lines'])} is not CSV (${error.code}): check quotes and the number of columns`;
    return refuse('invalid', line, [line]);
  }
  throw error;
}

export interface ImportOptions {
  place: EntityPlace;
  actor: string;
  dryRun: boolean;
}

/**
 * Reads a file line by line and saves what can be read, some hundred lines a transaction; lines with errors are left out and named. A file
 * that stops being CSV keeps what was saved before; importing it again, repaired, changes only what is new.
 */
export async function importEntities(api: Api, source: IncomingMessage, { place, actor, dryRun }: ImportOptions): Promise<Answer<ImportResult>> {
  const result: ImportResult = { dryRun, rows: 0, changed: 0, unchanged: 0, failed: 0, errors: [], registryVersion: null };

  async function flush(rows: readonly ImportRow[]): Promise<void> {
    if (rows.length === 0) return;
    const values = distinct(rows);
    if (dryRun) {
      const changes = await countChanges(api.db, place, values);
      result.changed += changes;
      result.unchanged += rows.length - changes;
      return;
    }
    const { changed, version } = await inTransaction(api.db, (client) => saveEntities(client, place, values));
    if (changed.length > 0) result.registryVersion = version;
    result.changed += changed.length;
    result.unchanged += rows.length - changed.length;
    api.wakeOutbox();
  }

  async function consume(lines: AsyncIterable<{ record: Record<string, string>; info: { lines: number } }>): Promise<void> {
    let batch: ImportRow[] = [];
    for await (const { record, info } of lines) {
      result.rows += 1;
      const row = readRow(record);
      if (row.ok) batch.push(row.value);
      else {
        result.failed += 1;
        result.errors.push(...row.error.map((problem) => ({ line: info.lines, ...problem })).slice(0, maxErrors - result.errors.length));
      }
      if (batch.length < batchRows) continue;
      await flush(batch);
      batch = [];
    }
    await flush(batch);
  }

  const file = capped(source, api.config.IMPORT_MAX_MB * 1024 * 1024);
  try {
    await pipeline(file, parse({ columns: checkHeader, info: true, bom: true, skip_empty_lines: true, max_record_size: maxRecordBytes }), consume);
  } catch (error) {
    return stoppedOf(error);
  } finally {
    // Now, not when the closed stream does it: that would stop whoever reads the rest of the body.
    source.unpipe(file);
    if (result.changed > 0 && !dryRun) await auditImport(api, place, actor, result);
  }
  return ok(result);
}

async function auditImport({ db }: Api, { subscriberId, accountId, kind }: EntityPlace, actor: string, { rows, changed, failed }: ImportResult): Promise<void> {
  await writeAudit(db, [{ subscriberId, actor, action: `${kind}.import`, targetKind: kind, targetId: accountId, detail: { rows, changed, failed } }]);
}
