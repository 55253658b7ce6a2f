/**
 * What the connected nats-server can do. Code is written against 2.9 and asks here before it uses anything newer,
 * because an old server ignores or times out on what it does not know.
 */
export interface ServerFeatures {
  version: string;
  /** 2.10: several filter subjects in one consumer. */
  filterSubjects: boolean;
  /** 2.10.4: term with a reason; before that the server ignores it and delivers again. */
  termReason: boolean;
}

function atLeast(version: string, wanted: readonly [number, number, number]): boolean {
  const parts = version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
  for (const [index, part] of wanted.entries()) {
    const have = parts[index] ?? 0;
    if (have !== part) return have > part;
  }
  return true;
}

export function featuresOf(version: string): ServerFeatures {
  return { version, filterSubjects: atLeast(version, [2, 10, 0]), termReason: atLeast(version, [2, 10, 4]) };
}
