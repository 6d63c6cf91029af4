"""Reads a log from its files alone, as src/log/FORMAT.md says under "Reading a log from its files alone".

Written from that text, with what Python brings and with nothing of the archive's: a stranger could have.

    log-stranger.py FOLDER VKEY...

The last line is "ok <size> <root>", or "refused: <why>" with exit code 1. VKEYs are the verifier keys of the log.
"""
import base64
import datetime
import hashlib
import json
import os
import re
import sys

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
LIMIT = 2**53


class Refused(Exception):
    pass


def need(holds, why):
    if not holds:
        raise Refused(why)


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text, what):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(what + " is not Base64")
    need(base64.b64encode(raw).decode() == text, what + " has another spelling than Base64 gives")
    return raw


def decimal(text, what):
    need(re.fullmatch(r"0|[1-9][0-9]*", text) is not None, what + " is not written as digits")
    number = int(text)
    need(number < LIMIT, what + " is too large")
    return number


# --- Ed25519, RFC 8032 section 5.1.7 ---------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def times(number, a):
    result = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            result = add(result, a)
        a = add(a, a)
        number >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def verifies(public, message, signature):
    if len(signature) != 64:
        return False
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(h, a))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- Keys, notes, checkpoints ----------------------------------------------------------------------------------------


def key_of(vkey):
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", vkey)
    need(match is not None, "a verifier key is not written as one")
    name, key_id, body = match.group(1), match.group(2), unbase64(match.group(3), "a verifier key")
    need(len(body) == 33 and body[0] == 1, "a verifier key is not of a log")
    own = sha256(name.encode() + b"\n" + body)[:4].hex()
    need(own == key_id, "the id of a verifier key is not that of its bytes")
    return name, bytes.fromhex(key_id), body[1:]


def opened(note, keys):
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the checkpoint is not UTF-8")
    need(not any(ord(c) < 0x20 and c != "\n" for c in text), "the checkpoint holds control characters")
    at = text.rfind("\n\n")
    need(at >= 0, "the checkpoint has no empty line")
    said, tail = text[: at + 1], text[at + 2 :]
    need(tail.endswith("\n"), "the last signature line does not end")
    lines = tail[:-1].split("\n")
    need(1 <= len(lines) <= 100, "the checkpoint has no signature, or too many")
    signed = 0
    for line in lines:
        match = re.fullmatch(r"\u2014 ([^\s+]+) (\S+)", line)
        need(match is not None, "a signature line is not one")
        raw = unbase64(match.group(2), "a signature")
        need(len(raw) > 4, "a signature is too short")
        for name, key_id, public in keys:
            if name == match.group(1) and key_id == raw[:4]:
                need(verifies(public, said.encode(), raw[4:]), "a signature of a known key does not fit")
                signed += 1
    need(signed > 0, "no known key has signed the checkpoint")
    parts = said[:-1].split("\n")
    need(len(parts) == 3, "the checkpoint has not three lines")
    root = unbase64(parts[2], "the root")
    need(len(root) == 32, "the root has not 32 bytes")
    return parts[0], decimal(parts[1], "the size"), root


# --- Tiles -----------------------------------------------------------------------------------------------------------


def tile_path(kind, number, width):
    groups = []
    while True:
        groups.insert(0, "%03d" % (number % 1000))
        number //= 1000
        if number == 0:
            break
    path = "/".join("x" + g for g in groups[:-1]) + ("/" if len(groups) > 1 else "") + groups[-1]
    return "tile/%s/%s%s" % (kind, path, "" if width == 256 else ".p/%d" % width)


def read(folder, path):
    try:
        with open(os.path.join(folder, *path.split("/")), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def tile(folder, kind, number, width):
    """The full tile stands for each partial one; where neither is there, the log is not whole."""
    data = read(folder, tile_path(kind, number, width))
    if data is None and width < 256:
        data = read(folder, tile_path(kind, number, 256))
    need(data is not None, tile_path(kind, number, width) + " is missing")
    return data


def entries_of(folder, size):
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        data = tile(folder, "entries", number, width)
        whole = read(folder, tile_path("entries", number, width)) is not None
        at = 0
        for _ in range(width):
            need(at + 2 <= len(data), "a bundle ends too early")
            length = int.from_bytes(data[at : at + 2], "big")
            need(at + 2 + length <= len(data), "a bundle ends too early")
            yield data[at + 2 : at + 2 + length]
            at += 2 + length
        need(not whole or at == len(data), "a bundle is longer than its entries")


def levels(folder, leaves):
    """Compares every hash that the tiles hold with the one that the level below gives."""
    hashes, level = leaves, 0
    while len(hashes) > 0:
        for number in range((len(hashes) + 255) // 256):
            mine = hashes[256 * number : 256 * (number + 1)]
            data = tile(folder, level, number, len(mine))
            whole = len(mine) == 256 or read(folder, tile_path(level, number, len(mine))) is not None
            need(data[: 32 * len(mine)] == b"".join(mine), "a tile of level %d has other hashes" % level)
            need(not whole or len(data) == 32 * len(mine), "a tile of level %d has another length" % level)
        hashes = [root_of(hashes[256 * n : 256 * (n + 1)]) for n in range(len(hashes) // 256)]
        level += 1


def root_of(leaves):
    if len(leaves) == 0:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:]))


# --- Entries ---------------------------------------------------------------------------------------------------------


def once(pairs):
    names = [name for name, _ in pairs]
    need(len(set(names)) == len(names), "an entry has a member twice")
    return dict(pairs)


def canonical(value):
    """RFC 8785 for what entries hold: no number in them has a fraction."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    need(isinstance(value, dict), "an entry holds a number that none may hold")
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"


HEX = re.compile(r"[0-9a-f]{64}")
WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def is_time(value):
    if not isinstance(value, str) or TIME.fullmatch(value) is None:
        return False
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return False
    return True


def is_day(value):
    return isinstance(value, str) and len(value) == 10 and is_time(value + "T00:00:00.000Z")


def is_text(pattern, longest=None):
    compiled = re.compile(pattern)
    return lambda value: (
        isinstance(value, str)
        and (longest is None or len(value) <= longest)
        and compiled.fullmatch(value) is not None
    )


def some(holds):
    return lambda value: (
        isinstance(value, list)
        and 1 <= len(value) <= 16
        and all(isinstance(one, str) and holds(one) for one in value)
        and len(set(value)) == len(value)
    )


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LIMIT


def is_vkey(value):
    if not isinstance(value, str):
        return False
    try:
        key_of(value)
    except Refused:
        return False
    return True


def tables(text):
    """The tables of FORMAT.md under "Facts" and "Types", which are data for this program as they are for a reader."""
    kinds = re.search(r"^The kinds are `([^`]+)`", text, re.M).group(1).split(" ")
    is_word = is_text(WORD.pattern, 48)
    shapes = {
        "a commitment (below), 64 lower-case hex digits": is_text(HEX.pattern),
        "a whole number from 0 to 2^53": is_count,
        "the same as a string of at most 19 digits": is_text(r"0|[1-9][0-9]{0,18}"),
        "64 lower-case hex digits": is_text(HEX.pattern),
        "`true` or `false`": lambda value: isinstance(value, bool),
        "a word of the program": is_word,
        "1 to 16 such words": some(is_word),
        "what a public retention schedule": is_text(
            r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9.-]*( [A-Za-z0-9.-]+)?", 32
        ),
        "the slug of an agency": is_text(r"[a-z0-9-]{2,63}"),
        "a day": is_day,
        "a time, as `at`": is_time,
        "1 to 16 of `<kind>:<uuid>`": some(is_text("(%s):%s" % ("|".join(kinds), UUID))),
        "a verifier key": is_vkey,
    }
    facts = {}
    section = text.split("### Facts")[1].split("### Types")[0]
    for names, says in re.findall(r"^\| (names that end in `Commitment`|`[^`|]+`) *\| (.+?) *\|$", section, re.M):
        shape = next((holds for start, holds in shapes.items() if says.startswith(start)), None)
        if shape is None:
            words = re.findall(r"`([^`]+)`", says)
            need(says == ", ".join("`%s`" % word for word in words), "FORMAT.md: what is “%s”?" % says)
            shape = (lambda allowed: lambda value: isinstance(value, str) and value in allowed)(words)
        for name in ["*Commitment"] if names.startswith("names") else names.strip("`").split(" "):
            facts[name] = shape
    types = {}
    section = text.split("### Types")[1].split("## Commitments")[0]
    for name, kind, names in re.findall(r"^\| `([a-z.-]+)` *\| *([a-z]*) *\| *(?:`([^`]*)`)? *\|$", section, re.M):
        listed = names.split(" ") if names else []
        types[name] = (kind, [n for n in listed if not n.endswith("?")], [n.rstrip("?") for n in listed])
    need(len(types) > 50 and len(facts) > 30, "FORMAT.md has other tables than this program reads")
    return facts, types


ACTOR = re.compile(r"(person|operator|key):%s|worker:[a-z]+(-[a-z]+)*|migration:[0-9]{4}|cli" % UUID)
MEMBERS = {"v", "log", "idx", "id", "type", "at", "actor", "subject", "facts"}


def checked(data, origin, index, facts, types):
    need(len(data) <= 4096, "an entry is longer than 4,096 bytes")
    try:
        entry = json.loads(data.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Refused("an entry is not JSON in UTF-8")
    need(isinstance(entry, dict), "an entry is no object")
    need(canonical(entry).encode("utf-8", "surrogatepass") == data, "an entry is not in canonical form")
    need(set(entry) == MEMBERS, "an entry has other members than the nine")
    need(entry["v"] == 1 and not isinstance(entry["v"], bool), "an entry is of another version")
    need(entry["log"] == origin, "an entry is of another log")
    need(entry["idx"] == str(index), "an entry stands in another place than it says")
    need(is_text(UUID)(entry["id"]), "the id of an entry is no UUID")
    need(is_time(entry["at"]), "the time of an entry is none")
    need(is_text(ACTOR.pattern)(entry["actor"]), "the actor of an entry is none")
    need(isinstance(entry["type"], str) and entry["type"] in types, "the type of an entry is not listed")
    kind, needed, allowed = types[entry["type"]]
    subject = entry["subject"]
    fits = subject is None if kind == "" else is_text("%s:%s" % (kind, UUID))(subject)
    need(fits, "the subject of an entry is not of its type")
    said = entry["facts"]
    need(isinstance(said, dict), "the facts of an entry are no object")
    need(all(name in said for name in needed), "an entry lacks a fact of its type")
    for name, value in said.items():
        need(name in allowed or name == "detailCommitment", "an entry has a fact that its type has not")
        holds = facts.get("*Commitment" if name.endswith("Commitment") else name)
        need(holds is not None and holds(value), "a fact has another shape: " + name)
    return entry["id"]


def main(folder, vkeys):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "..", "src", "log", "FORMAT.md"), encoding="utf-8") as file:
        facts, types = tables(file.read())
    note = read(folder, "checkpoint")
    need(note is not None, "there is no checkpoint")
    keys = [key_of(vkey) for vkey in vkeys]
    origin, size, root = opened(note, keys)
    need(all(name == origin for name, _, _ in keys), "the key is of another log than the checkpoint")
    leaves, ids = [], set()
    for index, data in enumerate(entries_of(folder, size)):
        leaves.append(sha256(b"\x00" + data))
        own = checked(data, origin, index, facts, types)
        need(own not in ids, "an id stands twice")
        ids.add(own)
    levels(folder, leaves)
    need(root_of(leaves) == root, "the root is not that of the checkpoint")
    return size, root.hex()


if __name__ == "__main__":
    try:
        print("ok %d %s" % main(sys.argv[1], sys.argv[2:]))
    except Refused as why:
        print("refused: %s" % why)
        sys.exit(1)
