// Checks a log folder with the Go project's own code (golang.org/x/mod/sumdb), which knows nothing of ours.
// Debian: golang-go and golang-golang-x-mod-dev; GO111MODULE=off GOPATH=/usr/share/gocode go run check.go FOLDER
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tiles struct{ folder string }

func (tiles) Height() int { return 8 }

func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range asked {
		raw, err := os.ReadFile(filepath.Join(t.folder, path(fmt.Sprint(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func path(level string, n int64, width int) string {
	number := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	if width < 256 {
		number += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + level + "/" + number
}

func fail(where string, err error) {
	fmt.Println(where, err)
	os.Exit(1)
}

func main() {
	folder := os.Args[1]
	vkey, err := os.ReadFile(filepath.Join(folder, "vkey"))
	if err != nil {
		fail("vkey", err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		fail("vkey", err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		fail("checkpoint", err)
	}
	signed, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		fail("checkpoint", err)
	}
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("size", err)
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		fail("root", err)
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	reader := tlog.TileHashReader(tree, tiles{folder})
	for start := int64(0); start < size; start += 256 {
		width := size - start
		if width > 256 {
			width = 256
		}
		var indexes []int64
		for at := start; at < start+width; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, at))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			fail(fmt.Sprintf("tiles of leaf %d:", start), err)
		}
		bundle, err := os.ReadFile(filepath.Join(folder, path("entries", start/256, int(width))))
		if err != nil {
			fail("entries", err)
		}
		for at := range hashes {
			length := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			if tlog.RecordHash(entry) != hashes[at] {
				fail("entry", fmt.Errorf("leaf %d is not what its tile says", start+int64(at)))
			}
		}
	}
	step := size/20 + 1
	for at := int64(0); at < size; at += step {
		proof, err := tlog.ProveRecord(size, at, reader)
		if err != nil {
			fail("proof", err)
		}
		hashes, _ := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
		if err := tlog.CheckRecord(proof, size, tree.Hash, at, hashes[0]); err != nil {
			fail("proof", err)
		}
	}
	fmt.Printf("agrees %d\n", size)
}
