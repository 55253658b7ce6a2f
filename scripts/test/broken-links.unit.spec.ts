import { describe, expect, it } from '@jest/globals';
import { brokenLinks } from '../broken-links.ts';

const files: Record<string, string> = {
  'guide.md': '# Guide\n\n## What it does not do\n\n```\n# no heading\n```\n',
  folder: '',
};
const problems = (page: string) => brokenLinks(page, (path) => (path === '' ? page : files[path]));

describe('brokenLinks', () => {
  it('is silent about files, folders, headings and other hosts that it need not follow', () => {
    expect(problems('# Top\n[a](guide.md) [b](folder) [c](guide.md#what-it-does-not-do) [d](#top) [e](https://example.com/x)')).toEqual([]);
  });

  it('names the line of a link to a file that is not there', () => {
    expect(problems('one\n\n[a](absent.md)')).toEqual([{ line: 3, target: 'absent.md', problem: 'does not exist' }]);
  });

  it('finds an anchor without a heading, also when the words stand in a code block', () => {
    expect(problems('[a](guide.md#no-heading)')).toEqual([{ line: 1, target: 'guide.md#no-heading', problem: 'has no such heading' }]);
  });

  it('takes nothing in code for a link', () => {
    expect(problems('`[a](absent.md)`\n```\n[b](absent.md)\n```')).toEqual([]);
  });
});
