/**
 * Hands records out as a package that a stranger verifies without us. `src/verify/PACKAGE.md` specifies it.
 *
 * Order of writes: the request is entered in the history → each object is read by its version and compared while it goes out; what differs
 * ends the export, and is entered → the payload's manifest is committed to in `export.produced` → once a checkpoint of the log holds that
 * entry, the proofs go out → the delivery is entered. Nothing is kept of a package: whoever has it has it, and an export that broke off
 * is asked for anew. A crash leaves a request without a delivery, which the history shows.
 */
export { asTar, toFile, toFolder } from './containers.ts';
