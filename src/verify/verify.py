#!/usr/bin/env python3
"""Checks a package of holdfast-package-v1 with Python 3.8 or newer and nothing else: python3 verify.py FOLDER [VERIFIER-KEY]
Steps as in formats/package.md; 10 to 12 are other programs' (VERIFY.md). Ends with 0 when all fits, with 1 when something does not."""
import base64, functools, hashlib, hmac, json, os, re, sys

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

def bag():
    files = {os.path.relpath(os.path.join(at, name), FOLDER).replace(os.sep, "/") for at, _, names in os.walk(FOLDER) for name in names}
    said = {}
    for name in ("manifest-sha256", "manifest-sha512", "tagmanifest-sha256", "tagmanifest-sha512"):
        width = 64 if name.endswith("256") else 128
        for line in read(name + ".txt").decode().split("\n")[:-1]:
            if not re.fullmatch("[0-9a-f]{%d}  [^ ]+" % width, line):
                fail(1, name + ".txt", "a line that is no digest and path")
            said.setdefault(line[width + 2 :], {})[width] = line[:width]
    for path in sorted(files | set(said)):
        if path not in files:
            fail(1, path, "missing")
        elif not path.startswith("tagmanifest-"):
            if [said.get(path, {}).get(width) for width in (64, 128)] != digests(path):
                fail(1, path, "not what the manifests say")
    return files

def main():
    files = bag()
    paper = json.loads(read("data/package.json"))
    for path, digest in paper["documents"].items():
        if digests(path)[0] != digest:
            fail(2, path, "not the document that data/package.json names")
    policy = [line.split()[1] for line in read("proofs/policy.txt").decode().splitlines() if line.startswith("log ")]
    keys = (OWN_KEY,) if OWN_KEY else tuple(policy)
    records, named = {}, set()
    for record in paper["records"]:
        base = f"a/{paper['agency']}/rec/{record}"
        salt, seals, facts, before = read(f"data/store/{base}/salt"), {}, {}, None
        named.add(f"data/store/{base}/salt")
        while (path := f"data/store/{base}/{len(seals) + 1}/manifest.json") in files:
            raw, no = read(path), len(seals) + 1
            manifest = json.loads(raw)
            if (manifest["record"], manifest["seal"], manifest["previous"]) != (record, no, before):
                fail(3, path, "not the next manifest of this record")
            before = {"seal": no, "key": path[11:], "sha256": sha256(raw).hex()}
            seals[no], named = sha256(raw), named | {path}
            for kind, entry in [("fact", fact) for fact in manifest["facts"]] + [("file", file) for file in manifest["files"]]:
                path = "data/store/" + entry["key"]
                named.add(path)
                if path not in files or digests(path)[0] != entry["sha256"] or os.path.getsize(os.path.join(FOLDER, path)) != entry["bytes"]:
                    fail(3, path, f"not what the manifest of seal {no} names")
                if commitment(salt, f"{kind}/{entry['n']}", bytes.fromhex(entry["sha256"])) != entry["commitment"]:
                    fail(4, path, "the salt does not open its commitment")
                if kind == "fact":
                    facts[entry["n"]] = bytes.fromhex(entry["sha256"])
        records[record] = salt, seals, facts
    for path in sorted(files - named):
        if path.startswith("data/store/"):
            fail(3, path, "no manifest names it")

    listed = {}
    for record in records:
        for event in json.loads(read(f"data/records/{record}/metadata.json"))["history"]:
            listed[event["id"]] = record, (event["type"], event["at"], event["actor"])
    newest, heads, events, sealed, about = opened(read("proofs/checkpoint"), keys), {}, {}, [], []
    for path in sorted(files):
        if not path.endswith(".entry"):
            continue
        raw, stem = read(path), path[: -len(".entry")]
        proof, _, note = read(stem + ".proof").partition(b"\n\n")
        first, index, *hashes = proof.decode().split("\n")
        entry, at = json.loads(raw), int(index.split(" ")[1])
        size, root = opened(note, keys)
        if first != "c2sp.org/tlog-proof@v1" or not included(at, size, sha256(b"\0" + raw), [base64.b64decode(h, validate=True) for h in hashes], root):
            fail(5, path, "the proof does not lead to the checkpoint")
        if (entry["log"], entry["idx"], stem) != (paper["origin"], str(at), f"proofs/entries/{at}"):
            fail(5, path, "it stands elsewhere")
        if heads.setdefault(size, root) != root:
            fail(8, path, "another root for the same size")
        events[entry["id"]] = entry["type"], entry["at"], entry["actor"]
        said, own = entry["facts"], read(stem + ".salt") if stem + ".salt" in files else None
        kind, _, subject = (entry["subject"] or "").partition(":")
        if entry["id"] not in listed and subject != paper["export"]:
            fail(6, path, "in the history of no record, and not about this export")
        if kind == "record" and subject in records:
            salt, seals, facts = records[subject]
            if entry["type"] == "record.sealed":
                sealed.append((subject, said["seal"]))
                if "manifestCommitment" not in said and json.loads(read(stem + ".detail"))["manifest"] != seals[said["seal"]].hex():
                    fail(6, path, "the manifest is not the one that this entry's detail names")
            for name, no, of in (("manifest", said.get("seal"), seals), ("fact", said.get("fact"), facts)):
                if name + "Commitment" in said and (no not in of or commitment(salt, f"{name}/{no}", of[no]) != said[name + "Commitment"]):
                    fail(6, path, f"{name} {no} is not the one that this entry commits to")
        elif subject == paper["export"] and entry["type"] in ("export.produced", "export.requested"):
            scope = "".join(record + "\n" for record in sorted(records)).encode()
            name, content = ("packageCommitment", read("manifest-sha256.txt")) if entry["type"] == "export.produced" else ("scopeCommitment", scope)
            about.append(entry["type"])
            salt = bytes.fromhex(json.loads(read(stem + ".detail"))["salt"])
            if commitment(salt, "entry/" + name, sha256(content)) != said.get(name):
                fail(7, path, "it commits to another package")
            if "objects" in said and said["objects"] != sum(name.startswith("data/store/") for name in files):
                fail(7, path, "it was made with another number of objects")
        if stem + ".detail" in files and commitment(own or b"", "entry/detailCommitment", sha256(read(stem + ".detail"))) != said.get("detailCommitment"):
            fail(9, stem + ".detail", "not what the entry commits to")
    if sorted(sealed) != sorted((record, no) for record, (_, seals, _) in records.items() for no in seals):
        fail(6, "proofs/entries", "not exactly one entry record.sealed for each seal")
    for event, (record, told) in listed.items():
        if events.get(event) != told:
            fail(6, f"data/records/{record}/metadata.json", f"event {event} is not told so by an entry")
    if set(about) != {"export.produced", "export.requested"}:
        fail(7, "proofs/entries", "no entries about this export")
    for path in files:
        if path.startswith("proofs/checkpoints/"):
            size, root = opened(read(path), keys + tuple(policy))
            if heads.setdefault(size, root) != root:
                fail(8, path, "another root for the same size")
    for size, root in heads.items():
        path = f"proofs/consistency/{size}"
        hashes = [base64.b64decode(line, validate=True) for line in read(path).split()] if size != newest[0] else []
        if not continues(size, root, *newest, hashes):
            fail(8, path, "proofs/checkpoint does not continue it")
    print(f"{len(files)} files, {len(records)} records, {len(events)} entries; log {paper['origin']} at size {newest[0]}, root {newest[1].hex()}")
    for key in keys:
        print("by the key that you gave:" if OWN_KEY else "by the key that came WITH the package, so compare it with one from elsewhere:", key)

try:
    main()
except (AttributeError, IndexError, KeyError, OSError, TypeError, ValueError) as error:
    fail("?", FOLDER, f"it cannot be read as a package: {error!r}")
print("NOT VERIFIED" if failures else "VERIFIED, steps 1 to 9")
sys.exit(1 if failures else 0)
