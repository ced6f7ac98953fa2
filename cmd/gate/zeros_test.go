package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha1" //nolint:gosec // git's own
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/adler32"
	"hash/crc32"
	"io"
	"os"
	"testing"
)

const mib = 1 << 20

// oneMiB is what large things are made of.
var oneMiB [mib]byte

// deflatedZeros deflates a head and n MiB of zeros. Only two MiB are compressed:
// to go on with zeros after zeros is the same bytes every time.
func deflatedZeros(t *testing.T, head string, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	part := func(text []byte) []byte {
		b.Reset()
		mustWrite(w.Write(text))
		mustDo(w.Flush())
		return bytes.Clone(b.Bytes())
	}
	out := part([]byte(head))
	out = append(out, part(oneMiB[:])...)
	out = append(out, bytes.Repeat(part(oneMiB[:]), n-1)...)
	b.Reset()
	mustDo(w.Close())
	return append(out, b.Bytes()...)
}

// zeroZip is an archive of some members of zeros.
func zeroZip(t *testing.T, members, mibs int) string {
	t.Helper()
	data, sum := deflatedZeros(t, "", mibs), zeroCRC(mibs)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range members {
		f, err := w.CreateRaw(&zip.FileHeader{
			Name: fmt.Sprintf("zeros%d", i), Method: zip.Deflate, CRC32: sum,
			CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(mibs) * mib,
		})
		mustDo(err)
		mustWrite(f.Write(data))
	}
	mustDo(w.Close())
	return b.String()
}

func zeroGzip(t *testing.T, mibs int) string {
	t.Helper()
	out := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, deflatedZeros(t, "", mibs)...)
	out = binary.LittleEndian.AppendUint32(out, zeroCRC(mibs))
	return string(binary.LittleEndian.AppendUint32(out, uint32(mibs)*mib))
}

func zeroCRC(mibs int) uint32 {
	sum := uint32(0)
	for range mibs {
		sum = crc32.Update(sum, crc32.IEEETable, oneMiB[:])
	}
	return sum
}

// zeroObject writes a loose object of git, its head and then zeros, to a file and
// returns its id.
func zeroObject(t *testing.T, file, head string, mibs int) string {
	t.Helper()
	out := append([]byte{0x78, 0x01}, deflatedZeros(t, head, mibs)...)
	// Adler-32: zeros leave the first sum, and add it to the second each time.
	const mod = 65521
	sum := adler32.Checksum([]byte(head))
	first, second := uint64(sum&0xffff), uint64(sum>>16)
	second = (second + uint64(mibs)*mib%mod*first) % mod
	out = binary.BigEndian.AppendUint32(out, uint32(second<<16|first))
	if err := os.WriteFile(file, out, 0o644); err != nil {
		t.Fatal(err)
	}
	hash := sha1.New() //nolint:gosec // git's own
	mustWrite(io.WriteString(hash, head))
	for range mibs {
		mustWrite(hash.Write(oneMiB[:]))
	}
	return hex.EncodeToString(hash.Sum(nil))
}
