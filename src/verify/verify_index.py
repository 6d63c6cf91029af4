"""Which files a package may have, and what metadata.json, premis.xml and contents.* of a package must say, from sealed facts, manifests and entries of the log: for verify.py,
which lies beside this. formats/package.md, “What the index says”, is the specification. Nothing in here reads a file."""
import json, re

def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ALLOWED = "|".join((
    r"(bagit|bag-info|(tag)?manifest-sha(256|512))\.txt", r"VERIFY\.md|verify(_index)?\.py|formats/[a-z]+\.md", r"data/(package\.json|contents\.html|contents\.json)",
    r"data/store/a/[a-z0-9-]{2,63}/rec/[0-9a-f-]{36}/(salt|[1-9][0-9]*/(manifest\.json|fact-[0-9]+\.json|[0-9a-f]{64}))",
    r"data/records/[0-9a-f-]{36}/(metadata\.json|premis\.xml|receipt\.json)", r"proofs/(checkpoint|policy\.txt)",
    r"proofs/entries/(0|[1-9][0-9]*)\.(entry|proof|salt|detail)", r"proofs/(checkpoints|consistency)/(0|[1-9][0-9]*)",
    r"proofs/stamps/(0|[1-9][0-9]*)-[1-9][0-9]*\.(tsr|pem)"))
NEEDED = {"VERIFY.md", "bag-info.txt", "bagit.txt", "data/contents.html", "data/contents.json", "data/package.json", "proofs/checkpoint", "proofs/policy.txt",
          "verify.py", "verify_index.py"} | {f"{kind}manifest-{name}.txt" for kind in ("", "tag") for name in ("sha256", "sha512")}

MEMBERS = set("""about account accountRegistered address agencyId author capture captureOutcome classification excerpt grounds history kind platform
receivedAt record recordId removal removedAt state subject verb""".split())
ABOUT = """The archive\u2019s index at the time of the export. What of it the sealed facts, the manifests and the log prove, whoever verifies this \
package compares (formats/package.md, step 14), and names the rest."""

def known_of(story, entered):
    """What of metadata.json follows from sealed facts, manifests and entries. A name that is not in it, nothing proves."""
    facts, last = sorted(story["facts"].items()), story["last"]
    if not facts or facts[0][0] != 1:
        return {}
    at, data = facts[0][1][0], facts[0][1][1]["data"]
    taken = {said["fact"]: kind for _, kind, said in entered if kind in ("intake.accepted", "removal.confirmed", "removal.withdrawn")}
    captures = [said for _, kind, said in entered if kind in ("capture.completed", "capture.skipped")]
    moved = ("intake.accepted", "removal.confirmed", "removal.withdrawn", "capture.completed", "capture.skipped", "second-look.completed")
    text, author, place = data["content"]["text"], data["author"], data["platform"]
    claims = [author[name]["value"] for name in ("displayName", "handle", "nativeId", "profileUrl") if name in author]
    accounts = [place[name] for name in ("accountHandle", "accountId", "accountUrl") if place.get(name) is not None]
    types = {kind for _, kind, _ in entered}
    # 280 units of UTF-16, and half a character becomes the sign for one that cannot be shown.
    excerpt = None if text is None else text.encode("utf-16-le", "surrogatepass")[:560].decode("utf-16-le", "replace")
    known = {"state": "complete" if "record.completed" in types else "sealed", "receivedAt": at, "platform": place["name"],
             "account": (accounts + ["unknown"])[0], "kind": data["content"]["kind"], "excerpt": excerpt, "author": (claims + [None])[0],
             "captureOutcome": captures[-1].get("outcome") if captures else None}
    if story["files"] != sum(said.get("files", 0) for _, kind, said in entered if kind in moved) or set(taken) != set(story["facts"]):
        return known
    verb, removal, removed = data["action"]["verb"], "none", None
    for n, (_, fact) in facts:
        action, kind = fact["data"]["action"], fact["type"]
        verb = verb if action["verb"] == "none" else action["verb"]
        if n == 1 or kind in ("removal.action-recorded.v1", "removal.action-reversed.v1"):
            acts = kind == "removal.action-recorded.v1" and action["verb"] not in ("none", "reject")
            done = taken[n] == "removal.confirmed" or action["performedAt"]["value"] is not None
            removal = ("confirmed" if done else "awaited") if acts else "none"
            removed = action["performedAt"] if removal == "confirmed" else None
    known.update(subject=last["subject"], verb=verb, removal=removal, removedAt=removed)
    if not captures or captures[-1].get("files", 0) > 0:
        known["capture"] = story["capture"] if captures else None
    if "index" in last:
        index, line = last["index"], last["classification"]
        known.update(accountRegistered=index["accountId"] is not None, grounds=sorted(set(index["grounds"])), address=index["address"])
        if "record.reclassified" not in types:
            known["classification"] = None if line is None else {**line, "reason": index["seriesReason"]}
    return known

def is_index(said, at):
    return type(said) is int and said == at

def is_of(entry, detail, record):
    """Whether an entry is one of this record's history: it is about it, or it is about something else and it or its detail names the record."""
    subject, about = entry["subject"] or "", entry["facts"].get("about")
    if subject.startswith("record:"):
        return subject == f"record:{record}"
    return isinstance(about, list) and f"record:{record}" in about or isinstance(detail, dict) and detail.get("record") == record

def told_wrongly(listed, events, places):
    """Each event of a metadata.json, as (record, event), that no entry tells so, that is listed twice, or not in the order of the log."""
    seen, last = set(), {}
    for record, event in listed:
        if set(event) != {"id", "type", "at", "actor"} or event["id"] in seen:
            yield record, f"event {event['id']} is listed twice, or with other members than id, type, at and actor"
        elif events.get(event["id"]) != (event["type"], event["at"], event["actor"]):
            yield record, f"event {event['id']} is not told so by an entry"
        elif places[event["id"]] < last.get(record, 0):
            yield record, f"event {event['id']} is not listed in the order of the log"
        seen.add(event["id"])
        last[record] = places.get(event["id"], last.get(record, 0))

def escaped(text):
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)

EVENTS = (("intake.", "ingestion"), ("capture.", "capture"), ("second-look.", "capture"), ("picture.inspected", "format identification"),
          ("record.sealed", "digital signature generation"), ("record.completed", "ingestion end"), ("fixity.repaired", "recovery"), ("fixity.", "fixity check"),
          ("export.", "dissemination"), ("redaction.", "redaction"), ("purge.completed", "deletion"), ("purge.", "deaccession"), ("", "metadata modification"))

def premis(record, history, held):
    def named(name, kind, value):
        return f"    <{name}Identifier>\n      <{name}IdentifierType>{kind}</{name}IdentifierType>\n      <{name}IdentifierValue>{escaped(value)}</{name}IdentifierValue>\n    </{name}Identifier>\n"
    out = ['<?xml version="1.0" encoding="UTF-8"?>\n<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">\n',
           '  <object xsi:type="intellectualEntity">\n', named("object", "UUID", record), "  </object>\n"]
    for one in held:
        out += ['  <object xsi:type="file">\n', named("object", "path", one["path"]), "    <objectCharacteristics>\n      <fixity>\n",
                "        <messageDigestAlgorithm>SHA-256</messageDigestAlgorithm>\n", f"        <messageDigest>{one['sha256']}</messageDigest>\n      </fixity>\n",
                f"      <size>{one['bytes']}</size>\n      <format>\n        <formatDesignation><formatName>{escaped(one['mediaType'])}</formatName></formatDesignation>\n",
                "      </format>\n    </objectCharacteristics>\n  </object>\n"]
    for one in history:
        kind = next(word for start, word in EVENTS if one["type"].startswith(start))
        out += ["  <event>\n", named("event", "UUID", one["id"]), f"    <eventType>{kind}</eventType>\n    <eventDateTime>{one['at']}</eventDateTime>\n",
                f"    <eventDetailInformation><eventDetail>{escaped(one['type'])}</eventDetail></eventDetailInformation>\n",
                named("linkingAgent", "local", one["actor"]), named("linkingObject", "UUID", record), "  </event>\n"]
    for actor in dict.fromkeys(one["actor"] for one in history):
        kind = "person" if re.match("(person|operator):", actor) else "software"
        out += ["  <agent>\n", named("agent", "local", actor), f"    <agentName>{escaped(actor)}</agentName>\n    <agentType>{kind}</agentType>\n  </agent>\n"]
    return "".join(out) + "</premis>\n"

def contents(title, listing):
    """data/contents.html: what formats/package.md says of it."""
    words = {"salt": "The salt: opens the commitments of this record", "manifest": "Manifest: names each byte of this seal", "fact": "What was reported, as a fact",
             "raw-payload": "What was sent, word for word", "wacz": "Web archive (WACZ): what the browser was sent. Open it at replayweb.page",
             "capture-report": "What the capture found", "second-look-picture": "Picture of the page after the removal", "second-look-report": "What the second look found"}
    rows = []
    for one in listing:
        kind = one["mediaType"].partition("/")[0]
        word = words.get(one["what"], "Picture" if kind == "image" else "Text" if kind == "text" else f"File ({one['what']})")
        link = f"<a href=\"{escaped(one['path'][5:])}\">{escaped(one['path'])}</a>"
        rows.append(f"<tr><td>{escaped(word)}</td><td>{escaped(one['originalName'] or '')}</td><td>{escaped(one['mediaType'])}</td><td>{one['bytes']}</td><td>{link}</td><td>{one['record']}</td></tr>\n")
    head, body = CONTENTS.split("ROWS\n")
    return head.replace("TITLE", escaped(title)) + "".join(rows) + body

CONTENTS = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>TITLE</title>
<h1>TITLE</h1>
<p>Files lie under the names that they have in the store. Save a copy under another name to open it with the program that you want; never change them here.
How to check all of this: VERIFY.md, one folder up.</p>
<table>
<thead><tr><th>What</th><th>Name when it was handed in</th><th>Type</th><th>Bytes</th><th>File</th><th>Record</th></tr></thead>
<tbody>
ROWS
</tbody>
</table>
</html>
"""
