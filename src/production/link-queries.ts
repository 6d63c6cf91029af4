/** The SQL of links and downloads. */
import { sql } from 'kysely';
import type { AgencyTx, Db } from '#db/db.ts';

export async function insertLink(
  { agencyId, tx }: AgencyTx,
  id: string,
  link: { readonly hash: Buffer; readonly by: string; readonly at: Date; readonly expiresAt: Date },
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    insert into production_link (agency_id, production_id, n, hash, made_at, made_by, expires_at)
    select ${agencyId}, ${id}, coalesce(max(l.n), 0) + 1, ${link.hash}, ${link.at}, ${link.by}, ${link.expiresAt}
      from production_link l where l.agency_id = ${agencyId} and l.production_id = ${id}
    returning n`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Across agencies: where a link leads. Whether it does still, is asked within its agency. */
export async function linkOf(
  db: Db,
  hash: Buffer,
): Promise<{ readonly agencyId: string; readonly id: string; readonly n: number } | null> {
  const { rows } = await sql<{ agencyId: string; id: string; n: number }>`
    select agency_id as "agencyId", production_id as id, n from production_link where hash = ${hash}`.execute(
    db.system,
  );
  return rows[0] ?? null;
}

export interface Link {
  readonly n: number;
  readonly madeAt: Date;
  readonly madeBy: string;
  readonly expiresAt: Date;
}

export async function linksOf({ agencyId, tx }: AgencyTx, id: string): Promise<readonly Link[]> {
  const { rows } = await sql<Link>`
    select n, made_at as "madeAt", made_by as "madeBy", expires_at as "expiresAt" from production_link
     where agency_id = ${agencyId} and production_id = ${id} order by n`.execute(tx);
  return rows;
}

export async function insertDownload(
  { agencyId, tx }: AgencyTx,
  id: string,
  { link, by, at }: { readonly link: number | null; readonly by: string | null; readonly at: Date },
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    insert into production_download (agency_id, production_id, n, at, link_n, by)
    select ${agencyId}, ${id}, coalesce(max(d.n), 0) + 1, ${at}, ${link}, ${by}
      from production_download d where d.agency_id = ${agencyId} and d.production_id = ${id}
    returning n`.execute(tx);
  return rows[0]?.n ?? 0;
}

export interface Download {
  readonly n: number;
  readonly at: Date;
  readonly link: number | null;
  readonly by: string | null;
}

/** Newest first. */
export async function downloadsOf(
  { agencyId, tx }: AgencyTx,
  id: string,
  limit: number,
): Promise<readonly Download[]> {
  const { rows } = await sql<Download>`
    select n, at, link_n as link, by from production_download where agency_id = ${agencyId} and production_id = ${id}
     order by n desc limit ${limit}`.execute(tx);
  return rows;
}
