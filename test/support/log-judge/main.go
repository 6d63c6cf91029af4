// The judge of our transparency log: other people's implementations, asked over JSON.
//
//	make   writes a log of its own with the seeds that it is given: what our code must reproduce byte for byte and accept
//	check  reads a log that our code wrote, and says what is wrong with it
//	jcs    canonicalises each line of JSON by RFC 8785
package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gowebpki/jcs"
	formatslog "github.com/transparency-dev/formats/log"
	formatsnote "github.com/transparency-dev/formats/note"
	formatsproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Log is a whole log with its proofs, as either side writes it.
type Log struct {
	Origin      string            `json:"origin"`
	Vkeys       []string          `json:"vkeys"`
	WitnessVkey string            `json:"witnessVkey,omitempty"`
	Entries     [][]byte          `json:"entries"`
	Tiles       map[string][]byte `json:"tiles"`
	Heads       []Head            `json:"heads"`
	Inclusion   []Inclusion       `json:"inclusion"`
	Consistency []Consistency     `json:"consistency"`
	Proofs      []TlogProof       `json:"proofs"`
}

type Head struct {
	Size       int64  `json:"size"`
	Root       []byte `json:"root"`
	Checkpoint string `json:"checkpoint"`
}

type Inclusion struct {
	Index int64    `json:"index"`
	Size  int64    `json:"size"`
	Path  [][]byte `json:"path"`
}

type Consistency struct {
	Older int64    `json:"older"`
	Newer int64    `json:"newer"`
	Path  [][]byte `json:"path"`
}

type TlogProof struct {
	Index int64  `json:"index"`
	Text  string `json:"text"`
}

type hashes map[int64]tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, ok := h[index]
		if !ok {
			return nil, fmt.Errorf("hash %d is not stored", index)
		}
		out[i] = hash
	}
	return out, nil
}

func store(entries [][]byte) hashes {
	stored := hashes{}
	for n, entry := range entries {
		added, err := tlog.StoredHashes(int64(n), entry, stored)
		must(err)
		for i, hash := range added {
			stored[tlog.StoredHashIndex(0, int64(n))+int64(i)] = hash
		}
	}
	return stored
}

// c2spPath drops the tile height, which C2SP fixes at 8.
func c2spPath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

func rows(path []tlog.Hash) [][]byte {
	out := [][]byte{}
	for _, hash := range path {
		out = append(out, bytes.Clone(hash[:]))
	}
	return out
}

func makeLog() any {
	var ask struct {
		Origin      string   `json:"origin"`
		Seeds       [][]byte `json:"seeds"`
		WitnessName string   `json:"witnessName"`
		WitnessSeed []byte   `json:"witnessSeed"`
		Entries     [][]byte `json:"entries"`
		Sizes       []int64  `json:"sizes"`
	}
	must(json.NewDecoder(os.Stdin).Decode(&ask))
	log := Log{Origin: ask.Origin, Entries: ask.Entries, Tiles: map[string][]byte{}}
	var signers []note.Signer
	for _, seed := range ask.Seeds {
		private := ed25519.NewKeyFromSeed(seed)
		vkey, err := note.NewEd25519VerifierKey(ask.Origin, private.Public().(ed25519.PublicKey))
		must(err)
		log.Vkeys = append(log.Vkeys, vkey)
		signer, err := note.NewSigner(skey(ask.Origin, vkey, seed))
		must(err)
		signers = append(signers, signer)
	}
	stored := store(ask.Entries)
	before := int64(0)
	for _, size := range ask.Sizes {
		root, err := tlog.TreeHash(size, stored)
		must(err)
		text := formatslog.Checkpoint{Origin: ask.Origin, Size: uint64(size), Hash: root[:]}.Marshal()
		signed, err := note.Sign(&note.Note{Text: string(text)}, signers...)
		must(err)
		log.Heads = append(log.Heads, Head{size, bytes.Clone(root[:]), string(signed)})
		for _, tile := range tlog.NewTiles(8, before, size) {
			data, err := tlog.ReadTileData(tile, stored)
			must(err)
			log.Tiles[c2spPath(tile)] = data
		}
		if before > 0 {
			path, err := tlog.ProveTree(size, before, stored)
			must(err)
			log.Consistency = append(log.Consistency, Consistency{before, size, rows(path)})
		}
		for index := int64(0); index < size; index += 1 + size/7 {
			path, err := tlog.ProveRecord(size, index, stored)
			must(err)
			log.Inclusion = append(log.Inclusion, Inclusion{index, size, rows(path)})
			text := formatsproof.TLogProof{Index: uint64(index), Checkpoint: signed}
			for _, hash := range path {
				text.Hashes = append(text.Hashes, hash)
			}
			log.Proofs = append(log.Proofs, TlogProof{index, string(text.Marshal())})
		}
		before = size
	}
	if ask.WitnessName != "" {
		witness(&log, ask.WitnessName, ask.WitnessSeed)
	}
	return log
}

// witness cosigns the last checkpoint, with the time of day: these bytes differ from run to run.
func witness(log *Log, name string, seed []byte) {
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	plain, err := note.NewEd25519VerifierKey(name, public)
	must(err)
	signer, err := formatsnote.NewSignerForCosignatureV1(skey(name, plain, seed))
	must(err)
	log.WitnessVkey = vkeyOf(name, signer.KeyHash(), append([]byte{4}, public...))
	var known []note.Verifier
	for _, vkey := range log.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		must(err)
		known = append(known, verifier)
	}
	last := &log.Heads[len(log.Heads)-1]
	opened, err := note.Open([]byte(last.Checkpoint), note.VerifierList(known...))
	must(err)
	signed, err := note.Sign(opened, signer)
	must(err)
	last.Checkpoint = string(signed)
}

func skey(name, vkey string, seed []byte) string {
	return fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", name, strings.Split(vkey, "+")[1],
		base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
}

func vkeyOf(name string, id uint32, key []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, id, base64.StdEncoding.EncodeToString(key))
}

// checkLog answers what it looked at, and everything that is wrong.
func checkLog() any {
	var log Log
	must(json.NewDecoder(os.Stdin).Decode(&log))
	wrong := []string{}
	looked := 0
	expect := func(fine bool, format string, args ...any) {
		looked++
		if !fine {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	var known []note.Verifier
	for _, vkey := range log.Vkeys {
		verifier, err := note.NewVerifier(vkey)
		expect(err == nil, "key %s: %v", vkey, err)
		if err == nil {
			known = append(known, verifier)
		}
	}
	var others []note.Verifier
	if log.WitnessVkey != "" {
		verifier, err := formatsnote.NewVerifierForCosignatureV1(log.WitnessVkey)
		expect(err == nil, "witness key: %v", err)
		others = append(others, verifier)
	}
	stored := store(log.Entries)
	before := int64(0)
	for i, head := range log.Heads {
		root, err := tlog.TreeHash(head.Size, stored)
		expect(err == nil && bytes.Equal(root[:], head.Root), "root at %d", head.Size)
		for _, verifier := range known {
			found, rest, signed, err := formatslog.ParseCheckpoint([]byte(head.Checkpoint), log.Origin, verifier, others...)
			expect(err == nil, "checkpoint %d: %v", head.Size, err)
			if err != nil {
				continue
			}
			expect(found.Size == uint64(head.Size) && bytes.Equal(found.Hash, root[:]) && len(rest) == 0, "checkpoint %d says something else", head.Size)
			if i == len(log.Heads)-1 {
				expect(len(signed.Sigs) == 1+len(others), "the last checkpoint has %d known signatures", len(signed.Sigs))
			}
		}
		for _, tile := range tlog.NewTiles(8, before, head.Size) {
			data, err := tlog.ReadTileData(tile, stored)
			expect(err == nil && bytes.Equal(data, log.Tiles[c2spPath(tile)]), "tile %s", c2spPath(tile))
			if tile.L == 0 {
				checkBundle(log, tile, expect)
			}
		}
		before = head.Size
	}
	rootAt := func(size int64) []byte {
		root, err := tlog.TreeHash(size, stored)
		must(err)
		return root[:]
	}
	for _, one := range log.Inclusion {
		leaf := tlog.RecordHash(log.Entries[one.Index])
		err := tlog.CheckRecord(hashesOf(one.Path), one.Size, tlog.Hash(rootAt(one.Size)), one.Index, leaf)
		expect(err == nil, "x/mod: inclusion of %d in %d: %v", one.Index, one.Size, err)
		err = proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(one.Index), uint64(one.Size), leaf[:], one.Path, rootAt(one.Size))
		expect(err == nil, "merkle: inclusion of %d in %d: %v", one.Index, one.Size, err)
	}
	for _, one := range log.Consistency {
		err := tlog.CheckTree(hashesOf(one.Path), one.Newer, tlog.Hash(rootAt(one.Newer)), one.Older, tlog.Hash(rootAt(one.Older)))
		expect(err == nil, "x/mod: consistency of %d with %d: %v", one.Older, one.Newer, err)
		err = proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(one.Older), uint64(one.Newer), one.Path, rootAt(one.Older), rootAt(one.Newer))
		expect(err == nil, "merkle: consistency of %d with %d: %v", one.Older, one.Newer, err)
	}
	for _, one := range log.Proofs {
		var read formatsproof.TLogProof
		err := read.Unmarshal([]byte(one.Text))
		expect(err == nil, "proof of %d: %v", one.Index, err)
		found, _, _, err := formatslog.ParseCheckpoint(read.Checkpoint, log.Origin, known[0], others...)
		expect(err == nil, "checkpoint in the proof of %d: %v", one.Index, err)
		if err != nil {
			continue
		}
		var path [][]byte
		for _, hash := range read.Hashes {
			path = append(path, bytes.Clone(hash[:]))
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(log.Entries[one.Index])
		err = proof.VerifyInclusion(rfc6962.DefaultHasher, read.Index, found.Size, leaf, path, found.Hash)
		expect(err == nil && read.Index == uint64(one.Index), "proof of %d: %v", one.Index, err)
	}
	return map[string]any{"looked": looked, "wrong": wrong}
}

func checkBundle(log Log, tile tlog.Tile, expect func(bool, string, ...any)) {
	path := "tile/entries/" + strings.TrimPrefix(c2spPath(tile), "tile/0/")
	rest := log.Tiles[path]
	for n := tile.N * 256; n < tile.N*256+int64(tile.W); n++ {
		if len(rest) < 2 || len(rest) < 2+int(rest[0])<<8+int(rest[1]) {
			expect(false, "bundle %s ends early", path)
			return
		}
		end := 2 + int(rest[0])<<8 + int(rest[1])
		expect(bytes.Equal(rest[2:end], log.Entries[n]), "entry %d in %s", n, path)
		rest = rest[end:]
	}
	expect(len(rest) == 0, "bundle %s goes on", path)
}

func hashesOf(path [][]byte) []tlog.Hash {
	var out []tlog.Hash
	for _, hash := range path {
		out = append(out, tlog.Hash(hash))
	}
	return out
}

// canonical answers the SHA-256 of the canonical form of each line, which is as good as the bytes and shorter.
func canonical() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		must(err)
		text, err := jcs.Transform(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			fmt.Fprintf(out, "refused: %v\n", err)
			continue
		}
		sum := sha256.Sum256(text)
		fmt.Fprintln(out, hex.EncodeToString(sum[:]))
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	verb := ""
	if len(os.Args) > 1 {
		verb = os.Args[1]
	}
	switch verb {
	case "make":
		must(json.NewEncoder(os.Stdout).Encode(makeLog()))
	case "check":
		must(json.NewEncoder(os.Stdout).Encode(checkLog()))
	case "jcs":
		canonical()
	case "--version":
		fmt.Println("log-judge")
	default:
		fmt.Fprintln(os.Stderr, "log-judge make | check | jcs, with its question on stdin")
		os.Exit(2)
	}
}
