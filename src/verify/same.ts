/** Whether two values mean the same in canonical JSON, and what is said where they do not. */
import canonicalize from 'canonicalize';

export function isSame(one: unknown, other: unknown): boolean {
  return one !== undefined && other !== undefined && canonicalize(one) === canonicalize(other);
}

export function showed(member: string): string {
  return `Its “${member}” is not what the sealed facts, the manifests and the log say.`;
}
