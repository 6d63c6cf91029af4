#!/usr/bin/env python3
"""Checks a package of holdfast-package-v1 with Python 3.8 or newer and nothing else: python3 verify.py FOLDER [VERIFIER-KEY]
Steps as in formats/package.md. Ends with 0 when all fits, with 1 when something does not. It does not do: 10 to 12, which are other programs'
(VERIFY.md); the tar (unpack it); 5: which key of the log signs at which sizes, and that an entry has the members of its type and no others; canonical
JSON but in data/package.json, entries and receipts; and the anchors that a receipt carries."""
import base64, datetime, functools, hashlib, hmac, json, os, re, stat, sys
sys.dont_write_bytecode = True  # Or a folder more would lie in the package.
from verify_index import ABOUT, ALLOWED, MEMBERS, NEEDED, UUID, canonical, contents, is_index, is_of, known_of, premis, told_wrongly

FOLDER, OWN_KEY = (sys.argv[1:] + ["", None])[:2] if len(sys.argv) > 1 else (os.path.dirname(os.path.abspath(__file__)), None)
failures = []

def fail(step, file, why):
    failures.append(step)
    print(f"FAILED  step {step}  {file}: {why}")

def read(path):
    with open(os.path.join(FOLDER, path), "rb") as file:
        return file.read()

def sha256(data):
    return hashlib.sha256(data).digest()

def digests(path):
    both = hashlib.sha256(), hashlib.sha512()
    with open(os.path.join(FOLDER, path), "rb") as file:
        while chunk := file.read(1 << 20):
            for one in both:
                one.update(chunk)
    return [one.hexdigest() for one in both]

def commitment(salt, path, content_sha256):
    item = hmac.new(salt, b"holdfast-item-v1\0" + path.encode(), hashlib.sha256).digest()
    return sha256(b"archive-commit-v1" + item + content_sha256).hex()

# Ed25519 as RFC 8032 section 5.1 words it.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        total, p, n = (add(total, p) if n & 1 else total), add(p, p), n >> 1
    return total

def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P

def signed(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    b = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    one, other = times(s, b), add(point(r), times(h, point(key)))
    return s < L and all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1))

@functools.lru_cache(maxsize=None)
def opened(note, keys):
    """Size and root of a checkpoint that one of the keys signed, and every signature of a known key holds."""
    text, _, lines = note.partition(b"\n\n")
    text, count = text + b"\n", 0
    for line in lines.decode().splitlines():
        name, value = re.fullmatch("\u2014 (\\S+) (\\S+)", line).groups()
        raw = base64.b64decode(value, validate=True)
        for vkey in keys:
            vname, vid, encoded = vkey.split("+", 2)
            key = base64.b64decode(encoded, validate=True)
            if sha256(vname.encode() + b"\n" + key)[:4].hex() != vid or key[0] != 1:
                raise ValueError("a key that does not fit its own id")
            if name == vname and raw[:4].hex() == vid:
                if not signed(key[1:], text, raw[4:]):
                    raise ValueError("a signature that does not hold")
                count += 1
    origin, size, root = text.decode().splitlines()
    if not count or any(origin != vkey.split("+")[0] for vkey in keys):
        raise ValueError("no key of the log has signed it")
    return int(size), base64.b64decode(root, validate=True)

def node(left, right):
    return sha256(b"\1" + left + right)

def included(index, size, leaf, path, root):
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if not sn:
            return False
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return index < size and not sn and r == root

def continues(size1, root1, size2, root2, path):
    if size1 == size2:
        return root1 == root2 and not path
    path = ([root1] if size1 & (size1 - 1) == 0 else []) + path
    fn, sn, fr, sr = size1 - 1, size2 - 1, path[0], path[0]
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    for p in path[1:]:
        if not sn:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(p, fr), node(p, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, p)
        fn, sn = fn >> 1, sn >> 1
    return 0 < size1 < size2 and fr == root1 and sr == root2 and not sn

def proven(raw, file, keys):
    """An entry, where it stands, and the checkpoint to which its tlog-proof leads."""
    proof, _, note = file.partition(b"\n\n")
    first, index, *hashes = proof.decode().split("\n")
    entry, at, (size, root) = json.loads(raw), int(index.split(" ")[1]), opened(note, keys)
    path = [base64.b64decode(h, validate=True) for h in hashes]
    fits = first == "c2sp.org/tlog-proof@v1" and canonical(entry) == raw.decode() and included(at, size, sha256(b"\0" + raw), path, root)
    return fits and entry["idx"] == str(at), entry, at, size, root

DIGESTS = {}

def bag():
    files, said = set(), {}
    for at, folders, names in os.walk(FOLDER):
        if not folders and not names:
            fail(1, at, "a folder that is empty")
        for name in folders + names:
            path = os.path.relpath(os.path.join(at, name), FOLDER).replace(os.sep, "/")
            mode = os.lstat(os.path.join(at, name)).st_mode
            if name in names and stat.S_ISREG(mode):
                files.add(path)
            elif not stat.S_ISDIR(mode):
                fail(1, path, "neither a file nor a folder, as a link is")
    for path in sorted(files):
        if not re.fullmatch(ALLOWED, path):
            fail(1, path, "no package has such a file")
    for path in sorted(NEEDED - files):
        fail(1, path, "missing")
    if failures:
        return files
    if read("bagit.txt") != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        fail(1, "bagit.txt", "not that of a bag of BagIt 1.0")
    for name in ("manifest-sha256", "manifest-sha512", "tagmanifest-sha256", "tagmanifest-sha512"):
        width, before, lines = 64 if name.endswith("256") else 128, "", read(name + ".txt").decode().split("\n")
        if lines.pop():
            fail(1, name + ".txt", "its last line does not end")
        for line in lines:
            path = line[width + 2 :]
            # Below data/ one kind of list speaks, for everything else the other: or a line of one would overrule the other's.
            if not re.fullmatch("[0-9a-f]{%d}  [^ ]+" % width, line) or not re.fullmatch(ALLOWED, path):
                fail(1, name + ".txt", "a line that is no digest and path of a package")
            elif path.startswith("data/") == name.startswith("tag"):
                fail(1, name + ".txt", f"{path} belongs in the other manifest")
            elif path <= before:
                fail(1, name + ".txt", f"{path} is named twice, or not in order")
            else:
                said[width, path] = line[:width]
            before = path
    for path in sorted(files | {path for _, path in said}):
        if path not in files:
            fail(1, path, "missing")
            continue
        DIGESTS[path] = digests(path)
        if not path.startswith("tagmanifest-") and [said.get((width, path)) for width in (64, 128)] != DIGESTS[path]:
            fail(1, path, "not what the manifests say")
    return files

def papers(files):
    raw, path = read("data/package.json").decode(), "data/package.json"
    paper = json.loads(raw)
    names = {"format", "export", "agency", "origin", "requestedAt", "requestedBy", "records", "keys", "bagInfo", "documents", "mode", "program"}
    if set(paper) - {"destroyed"} != names or paper["format"] != "holdfast-package-v1" or canonical(paper) != raw:
        fail(2, path, "not what a package says of itself, in canonical JSON")
    if not re.fullmatch("[a-z0-9-]{2,63}", paper["agency"]) or not all(re.fullmatch(UUID, one) for one in [paper["export"]] + paper["records"]):
        fail(2, path, "an agency, a record or an export that is not named as they are")
    if not paper["records"] or paper["records"] != sorted(set(paper["records"])):
        fail(2, path, "its records are not sorted, each once")
    labels = "Source-Organization", "External-Identifier", "External-Description", "Bagging-Date", "Bag-Software-Agent", "Bag-Group-Identifier"
    payload = [os.path.getsize(os.path.join(FOLDER, one)) for one in files if one.startswith("data/")]
    info = [f"{label}: {paper['bagInfo'][label]}\n" for label in labels if label in paper["bagInfo"]] + [f"Payload-Oxum: {sum(payload)}.{len(payload)}\n"]
    if read("bag-info.txt").decode() != "".join(info) or paper["bagInfo"]["External-Identifier"] != paper["export"]:
        fail(2, "bag-info.txt", "not what data/package.json and the files make of it")
    documents = {one for one in files if re.match(r"(VERIFY\.md|verify(_index)?\.py|formats/|proofs/policy\.txt$)", one)}
    for one in sorted(documents | set(paper["documents"])):
        if one not in files or paper["documents"].get(one) != DIGESTS[one][0]:
            fail(2, one, "not the document that data/package.json names")
    for one in sorted(files):
        of = re.match(r"data/(?:store/a/([^/]+)/rec|records)/([^/]+)/", one)
        if of and (of[2] not in paper["records"] or of[1] not in (None, paper["agency"])):
            fail(2, one, "it belongs to no record of this package")
    return paper

def text_at(value, pointer):
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value.encode()

def holds(held, record, seal, path, what, kind, origin=None, name=None):
    if path in DIGESTS and path not in held:
        size = os.path.getsize(os.path.join(FOLDER, path))
        held[path] = {"record": record, "path": path, "seal": seal, "what": what, "origin": origin, "originalName": name, "mediaType": kind,
                      "bytes": size, "sha256": DIGESTS[path][0]}

def receipt(path, paper, record, sealed, held, story, known, keys):
    """Step 13. Answers the checkpoints to which it leads."""
    raw, (salt, seals, _) = read(path), sealed
    said = json.loads(raw)
    signature, body = said["signature"], {name: value for name, value in said.items() if name != "signature"}
    code = said["code"]
    deployment, agency = paper["origin"].rsplit("/log/", 1)
    yes, issued = "yes" if said["safeToRemove"] else "no", said["times"]["issuedAt"]
    text = "\n".join(("holdfast-receipt/1", f"agency {agency}", f"record {record}", f"code {code}", f"safe-to-remove {yes}", f"issued-at {issued}",
                      f"sha256 {sha256(canonical(body).encode()).hex()}", ""))
    vname, vid, encoded = signature["vkey"].split("+", 2)
    note, key = signature["note"].partition("\n\n"), base64.b64decode(encoded, validate=True)
    name, value = re.fullmatch("\u2014 (\\S+) (\\S+)\n", note[2]).groups()
    mark = base64.b64decode(value, validate=True)
    short = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[one % 32] for one in sha256(f"holdfast-receipt-v1 {record}".encode())[:10])
    if code != f"{short[:5]}-{short[5:]}" or canonical(said) != raw.decode() or note[0] + "\n" != text or (agency, record) != (paper["agency"], said["recordId"]):
        fail(13, path, "what was signed is another receipt")
    if not name == vname == f"{deployment}/receipts/{agency}" or not sha256(f"{name}\n".encode() + key)[:4].hex() == vid == mark[:4].hex():
        fail(13, path, "signed by a key that is none for receipts of this agency")
    elif key[0] != 1 or not signed(key[1:], text.encode(), mark[4:]):
        fail(13, path, "its signature does not hold")
    announced = said["proof"]["receiptKey"]
    fits, entry, at, size, root = proven(announced["entry"].encode(), announced["proof"].encode(), keys)
    if not fits or not is_index(announced["index"], at) or (entry["log"], entry["type"], entry["facts"].get("vkey")) != (paper["origin"], "receipt-key.added", signature["vkey"]):
        fail(13, path, "the log does not name the key that signed it")
    heads, shown, ats = [(size, root)], {}, [entry["at"]]
    for one in said["proof"]["seals"]:
        fits, entry, at, size, root = proven(one["entry"].encode(), one["proof"].encode(), keys)
        facts, opens = entry["facts"], sha256(b"archive-commit-v1" + bytes.fromhex(one["itemSalt"]) + bytes.fromhex(one["manifest"])).hex()
        about = entry["log"], entry["type"], entry["subject"], facts.get("seal"), facts.get("manifestCommitment")
        if not fits or not is_index(one["index"], at) or about != (paper["origin"], "record.sealed", f"record:{record}", one["seal"], opens):
            fail(13, path, f"the log has not the seal {one['seal']} that it names")
        shown[one["seal"]] = bytes.fromhex(one["manifest"])
        heads, ats = heads + [(size, root)], ats + [entry["at"]]
    moment, *moments = (datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ") for at in [issued, *ats])
    if len(issued) != 24 or moment < max(moments) - datetime.timedelta(minutes=5):
        fail(13, path, "back-dated: what it proves was entered later than it says that it was issued")
    if shown != seals:
        fail(13, path, "it does not prove that the manifest of each seal stands in the log")
    listed = sorted(canonical([one[name] for name in ("key", "seal", "role", "bytes", "sha256")]) for one in said["seals"])
    if listed != sorted(canonical([one["path"][11:], one["seal"], one["what"], one["bytes"], one["sha256"]]) for one in held):
        fail(13, path, "it does not name the objects as the manifests do")
    alike = {"state": said["status"], "receivedAt": said["times"]["reportedAt"], "captureOutcome": said["capture"]["outcome"],
             **{name: said[name] for name in ("platform", "account", "removal", "classification")}}
    wrong = [name for name in sorted(set(alike) & set(known)) if canonical(alike[name]) != canonical(known[name])]
    if "removedAt" in known:
        at = known["removedAt"]
        words = {**dict.fromkeys(("precision", "source"), "unknown"), **dict.fromkeys(("value", "notAfter")), **{k: v for k, v in (at or {}).items() if v is not None}}
        expected = None if at is None else {name: words[name] for name in ("value", "precision", "source", "notAfter")}
        wrong += ["removedAt"] if canonical(said["removedAt"]) != canonical(expected) else []
    if wrong or story["trial"] and said["mode"] != "trial":
        fail(13, path, f"not what is sealed and entered: {wrong or 'mode'}")
    return heads

def main():
    files = bag()
    paper = None if failures else papers(files)
    if failures:
        return print("Nothing further is looked at: what is told above comes first.")
    policy = [line.split()[1] for line in read("proofs/policy.txt").decode().splitlines() if line.startswith("log ")]
    keys = (OWN_KEY,) if OWN_KEY else tuple(policy)
    if any(key.split("+")[0] != paper["origin"] for key in keys):
        fail(5, "data/package.json", f"it speaks of the log {paper['origin']}, and a key is one of another")
    records, named, stories, entered = {}, set(), {}, {record: [] for record in paper["records"]}
    for record in paper["records"]:
        base = f"a/{paper['agency']}/rec/{record}"
        salt, seals, facts, before = read(f"data/store/{base}/salt"), {}, {}, None
        named.add(f"data/store/{base}/salt")
        held, story = {}, {"facts": {}, "files": 0, "capture": None, "last": None, "trial": False}
        holds(held, record, 1, f"data/store/{base}/salt", "salt", "application/octet-stream")
        if len(salt) != 32 or f"data/store/{base}/1/manifest.json" not in files:
            fail(3, f"data/store/{base}", "no salt of 32 bytes, or no seal")
        while (path := f"data/store/{base}/{len(seals) + 1}/manifest.json") in files:
            raw, no = read(path), len(seals) + 1
            manifest, at = json.loads(raw), path
            if [manifest[name] for name in ("format", "agency", "record", "seal", "previous")] != ["holdfast-manifest-v1", paper["agency"], record, no, before]:
                fail(3, path, "not the next manifest of this record")
            if manifest["salt"]["key"] != base + "/salt":
                fail(3, path, "it names another salt")
            before = {"seal": no, "key": path[11:], "sha256": sha256(raw).hex()}
            seals[no], named = sha256(raw), named | {path}
            holds(held, record, no, path, "manifest", "application/json")
            story["files"], story["last"] = story["files"] + len(manifest["files"]), manifest
            story["trial"], story["capture"] = story["trial"] or manifest["mode"] == "trial", manifest["capture"] or story["capture"]
            for kind, entry in [("fact", fact) for fact in manifest["facts"]] + [("file", file) for file in manifest["files"]]:
                path = "data/store/" + entry["key"]
                named.add(path)
                if entry["key"] != f"{base}/{no}/" + (f"fact-{entry['n']}.json" if kind == "fact" else entry["sha256"]) or path not in files:
                    fail(3, at, f"its {kind} {entry['n']} is missing, or has a key that is not its own")
                    continue
                if kind == "fact":
                    holds(held, record, no, path, "fact", "application/json")
                else:
                    holds(held, record, no, path, entry["role"], entry["mediaType"], entry["origin"], entry["originalName"])
                if DIGESTS[path][0] != entry["sha256"] or os.path.getsize(os.path.join(FOLDER, path)) != entry["bytes"]:
                    fail(3, path, f"not what the manifest of seal {no} names")
                if commitment(salt, f"{kind}/{entry['n']}", bytes.fromhex(entry["sha256"])) != entry["commitment"]:
                    fail(4, path, "the salt does not open its commitment")
                if kind == "fact":
                    if entry["n"] in facts:
                        fail(3, at, f"fact {entry['n']} is in two seals")
                    facts[entry["n"]], body = bytes.fromhex(entry["sha256"]), json.loads(read(path))
                    story["facts"][entry["n"]] = entry["recordedAt"], body
                    for field in entry["fields"]:
                        words = sha256(text_at(body, field["pointer"]))
                        if commitment(salt, f"fact/{entry['n']}{field['pointer']}", words) != field["commitment"]:
                            fail(4, path, f"the salt does not open the commitment to {field['pointer']}")
        records[record], stories[record] = (salt, seals, facts), (story, [held[path] for path in sorted(held)])
    for path in sorted(files - named):
        if path.startswith("data/store/"):
            fail(3, path, "no manifest names it")

    listed = [(record, event) for record in records for event in json.loads(read(f"data/records/{record}/metadata.json"))["history"]]
    owner, places = {event["id"]: record for record, event in listed}, {}
    newest, heads, events, sealed, about, gone = opened(read("proofs/checkpoint"), keys), {}, {}, [], [], 0
    for path in sorted(files):
        if path.startswith("proofs/entries/") and path.rpartition(".")[0] + ".entry" not in files:
            fail(5, path, "it belongs to no entry")
        if not path.endswith(".entry"):
            continue
        raw, stem = read(path), path[: -len(".entry")]
        fits, entry, at, size, root = proven(raw, read(stem + ".proof"), keys)
        if entry["id"] in events or not fits:
            fail(5, path, "an event twice, or the proof does not lead from it, in canonical JSON, to the checkpoint")
        if (entry["log"], entry["idx"], stem) != (paper["origin"], str(at), f"proofs/entries/{at}"):
            fail(5, path, "it stands elsewhere")
        if heads.setdefault(size, root) != root:
            fail(8, path, "another root for the same size")
        events[entry["id"]], places[entry["id"]] = (entry["type"], entry["at"], entry["actor"]), at
        said, own = entry["facts"], read(stem + ".salt") if stem + ".salt" in files else None
        kind, _, subject = (entry["subject"] or "").partition(":")
        ours = (kind, subject) == ("export", paper["export"])
        if entry["id"] not in owner and not ours:
            fail(6, path, "in the history of no record, and not about this export")
        if entry["id"] in owner and not is_of(entry, json.loads(read(stem + ".detail")) if stem + ".detail" in files else None, owner[entry["id"]]):
            fail(6, f"data/records/{owner[entry['id']]}/metadata.json", f"event {entry['id']} is none of this record: its entry {at} does not name it")
        if kind == "record" and subject in records:
            salt, seals, facts = records[subject]
            entered[subject].append((at, entry["type"], said))
            if entry["type"] == "record.sealed":
                sealed.append((subject, said["seal"]))
                if "manifestCommitment" not in said and json.loads(read(stem + ".detail"))["manifest"] != seals[said["seal"]].hex():
                    fail(6, path, "the manifest is not the one that this entry's detail names")
            for name, no, of in (("manifest", said.get("seal"), seals), ("fact", said.get("fact"), facts)):
                if name + "Commitment" in said and (no not in of or commitment(salt, f"{name}/{no}", of[no]) != said[name + "Commitment"]):
                    fail(6, path, f"{name} {no} is not the one that this entry commits to")
        elif ours and entry["type"] in ("export.produced", "export.requested"):
            scope = "".join(record + "\n" for record in sorted(records)).encode()
            name, content = ("packageCommitment", read("manifest-sha256.txt")) if entry["type"] == "export.produced" else ("scopeCommitment", scope)
            about.append(entry["type"])
            salt = bytes.fromhex(json.loads(read(stem + ".detail"))["salt"])
            if entry["type"] == "export.requested" and entry["actor"] not in ("other", paper["requestedBy"]):
                fail(7, "data/package.json", "somebody else asked for it")
            if commitment(salt, "entry/" + name, sha256(content)) != said.get(name):
                fail(7, path, "it commits to another package")
            if said["records"] != len(records):
                fail(7, path, "it speaks of another number of records")
            if "objects" in said and said["objects"] != sum(name.startswith("data/store/") for name in files):
                fail(7, path, "it was made with another number of objects")
        if stem + ".detail" in files:
            if commitment(own or b"", "entry/detailCommitment", sha256(read(stem + ".detail"))) != said.get("detailCommitment"):
                fail(9, stem + ".detail", "not what the entry commits to")
        elif "detailCommitment" in said:
            if own is not None or at not in paper.get("destroyed", []):
                fail(9, stem + ".detail", "missing, although the entry commits to it and data/package.json does not say that its salt was destroyed")
            else:
                gone += 1
        if own is not None and len(own) != 32:
            fail(9, stem + ".salt", "a salt has 32 bytes")
    if sorted(sealed) != sorted((record, no) for record, (_, seals, _) in records.items() for no in seals):
        fail(6, "proofs/entries", "not exactly one entry record.sealed for each seal")
    for record, why in told_wrongly(listed, events, places):
        fail(6, f"data/records/{record}/metadata.json", why)
    if set(about) != {"export.produced", "export.requested"}:
        fail(7, "proofs/entries", "no entries about this export")
    earlier, listing, alone = keys + tuple(key for key in policy if key.split("+")[0] == paper["origin"]), [], set()
    for record, (story, held) in stories.items():
        known, path = known_of(story, sorted(entered[record], key=lambda one: one[0])), f"data/records/{record}/receipt.json"
        try:
            for size, root in receipt(path, paper, record, records[record], held, story, known, earlier):
                if heads.setdefault(size, root) != root:
                    fail(13, path, "another root for the same size")
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            fail(13, path, f"no signed receipt of this record: {error!r}")
        path, listing = f"data/records/{record}/metadata.json", listing + held
        metadata = json.loads(read(path))
        if DIGESTS[f"data/records/{record}/premis.xml"][0] != sha256(premis(record, metadata["history"], held).encode()).hex():
            fail(14, f"data/records/{record}/premis.xml", "not what the manifests and the log make of it")
        known.update({"about": ABOUT, "record": record, "recordId": record, "agencyId": paper["agency"], "history": metadata["history"]})
        if set(metadata) != MEMBERS:
            fail(14, path, "it has other members than a metadata.json has")
        alone |= {f"metadata.json: {name}" for name in MEMBERS - set(known)}
        for name in sorted(set(known) & set(metadata)):
            if canonical(metadata[name]) != canonical(known[name]):
                fail(14, path, f"its {name} is not what is sealed and entered")
    for path, text in (("data/contents.json", canonical(listing)), ("data/contents.html", contents(paper["bagInfo"]["External-Description"], listing))):
        if DIGESTS[path][0] != sha256(text.encode()).hex():
            fail(14, path, "not what the manifests make of it")
    for path in files:
        if path.startswith("proofs/checkpoints/"):
            size, root = opened(read(path), earlier)
            if path != f"proofs/checkpoints/{size}":
                fail(8, path, "its name says another size")
            if heads.setdefault(size, root) != root:
                fail(8, path, "another root for the same size")
        if path.startswith("proofs/consistency/") and path.replace("consistency", "checkpoints") not in files:
            fail(8, path, "it is about a checkpoint that is not here")
    for size, root in heads.items():
        path = f"proofs/consistency/{size}"
        hashes = [base64.b64decode(line, validate=True) for line in read(path).split()] if size != newest[0] else []
        if not continues(size, root, *newest, hashes):
            fail(8, path, "proofs/checkpoint does not continue it")
    print(f"{len(files)} files, {len(records)} records, {len(events)} entries; log {paper['origin']} at size {newest[0]}, root {newest[1].hex()}")
    if gone:
        print(f"NOT DONE  step 9  {gone} entries without what they commit to: data/package.json says that it was destroyed")
    print("Proven by nothing in here: of data/package.json bagInfo, destroyed, keys, mode, program, requestedAt; of receipts what formats/package.md lists")
    for name in sorted(alone):
        print("Proven by nothing in here, but the word of the archive's index:", name)
    others = [line for line in read("proofs/checkpoint").decode().splitlines() if line.startswith("\u2014 ") and line.split(" ")[1] != paper["origin"]]
    if not others and not any(path.endswith(".tsr") for path in files):
        print("Nothing outside the archive dates this package.")
    else:
        print("NOT DONE  steps 10 and 11  the witnesses' keys and the roots that came with the package are its own word (VERIFY.md)")
    for key in keys:
        print("by the key that you gave:" if OWN_KEY else "by the key that came WITH the package, so compare it with one from elsewhere:", key)

try:
    main()
except (AttributeError, IndexError, KeyError, OSError, RecursionError, TypeError, ValueError) as error:
    fail("?", FOLDER, f"it cannot be read as a package: {error!r}")
print("NOT VERIFIED" if failures else "VERIFIED, steps 1 to 9, 13 and 14 as far as the head of this program says")
sys.exit(1 if failures else 0)
