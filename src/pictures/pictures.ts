/**
 * Pictures: what stands in them is read by a program, so that the search finds it.
 *
 * Promise: each picture that a person handed in or our browser took is read once, out of the store and with the digest that was sealed, after its seal and
 * never before; nothing waits for it. The newest comes first, what was sealed before there was a reader at half speed behind it. Three tries, and
 * then it stands as failed, with its reason, until somebody runs it again. What is said to show a child being abused is not opened, and what was read of it
 * before is wiped by the database (migration 0056), as is what is destroyed.
 *
 * What comes out is derived: it has errors, proves nothing, is in no seal, log or package, and is made again where it is lost. Pictures that were drawn of a
 * report, pictures of a page after a removal, films, PDFs and web archives are not read.
 *
 * Order of writes: the claim (a try is counted), the picture read, one transaction: the text, and its words in the index of the record. A crash leaves
 * the claim, which runs out.
 */
export { readDue, startReading, type PictureText, type ReadingContext } from './reading.ts';
export { picturesFailed, picturesStanding, readAgain, type PicturesStanding } from './queries.ts';
