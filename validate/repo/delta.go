package repo

import "errors"

var errDelta = errors.New("malformed delta")

// deltaSizes reads the two sizes a delta begins with: of the base it applies to and of what it makes. It returns the
// instructions that follow, and false when the bytes end early or a size does not fit.
func deltaSizes(delta []byte) (base, result int64, rest []byte, ok bool) {
	if base, delta, ok = deltaVarint(delta); !ok {
		return 0, 0, nil, false
	}
	result, rest, ok = deltaVarint(delta)
	return base, result, rest, ok
}

func deltaVarint(b []byte) (int64, []byte, bool) {
	var v int64
	for i, c := range b {
		if i > 8 {
			break
		}
		v |= int64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return v, b[i+1:], v >= 0
		}
	}
	return 0, nil, false
}

// applyDelta makes an object of its base and a delta, as `git help format-pack` describes under "Deltified
// representation". No instruction may read outside of base or write past the size that the delta announces.
func applyDelta(base, delta []byte) ([]byte, error) {
	baseSize, size, ops, ok := deltaSizes(delta)
	if !ok || baseSize != int64(len(base)) {
		return nil, errDelta
	}
	out := make([]byte, 0, size)
	for len(ops) > 0 {
		op := ops[0]
		ops = ops[1:]
		var piece []byte
		switch {
		case op&0x80 != 0:
			if piece, ops, ok = copyPiece(base, op, ops); !ok {
				return nil, errDelta
			}
		case op != 0 && int(op) <= len(ops):
			piece, ops = ops[:op], ops[op:]
		default:
			return nil, errDelta
		}
		if len(out)+len(piece) > int(size) {
			return nil, errDelta
		}
		out = append(out, piece...)
	}
	if len(out) != int(size) {
		return nil, errDelta
	}
	return out, nil
}

// copyPiece decodes a copy instruction: its low bits say which bytes of offset and length follow.
func copyPiece(base []byte, op byte, ops []byte) (piece, rest []byte, ok bool) {
	var offset, size int
	for i := range 7 {
		if op&(1<<i) == 0 {
			continue
		}
		if len(ops) == 0 {
			return nil, nil, false
		}
		if i < 4 {
			offset |= int(ops[0]) << (8 * i)
		} else {
			size |= int(ops[0]) << (8 * (i - 4))
		}
		ops = ops[1:]
	}
	if size == 0 {
		size = 0x10000
	}
	if offset > len(base) || size > len(base)-offset {
		return nil, nil, false
	}
	return base[offset : offset+size], ops, true
}
