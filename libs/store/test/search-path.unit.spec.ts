import { describe, expect, it } from '@jest/globals';
import { withSearchPath } from '../src/search-path.ts';

const optionsOf = (url: string): string | null => new URL(url).searchParams.get('options');

describe('withSearchPath', () => {
  it('adds the schema, quoted', () => {
    expect(optionsOf(withSearchPath('postgres://u:p@h:5432/d', 'dispatch'))).toBe('-c search_path="dispatch"');
  });

  it('keeps options and other parameters that the address has', () => {
    const url = withSearchPath('postgres://h/d?sslmode=require&options=-c%20geqo%3Doff', 'status');
    expect(optionsOf(url)).toBe('-c geqo=off -c search_path="status"');
    expect(url).toContain('sslmode=require');
  });

  it('escapes what would end the value', () => {
    expect(optionsOf(withSearchPath('postgres://h/d', 'a b"c'))).toBe(String.raw`-c search_path="a\ b""c"`);
  });
});
