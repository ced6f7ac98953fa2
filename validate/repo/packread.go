package repo

import (
	"errors"
	"fmt"
	"io"
)

var errDeltaDepth = fmt.Errorf("chain of more than %d deltas", maxDeltaDepth)

// read returns the object at offset. If it has more than max bytes, only its size and ErrTooLarge.
func (p *pack) read(offset, max int64) (object, int64, error) {
	data, err := p.data()
	if err != nil {
		return object{}, 0, err
	}
	in := inflaters.Get().(*inflater)
	defer in.release()
	obj, size, err := p.resolve(in, data, offset, max)
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = corrupt(p.path+".pack", "object at %d: %w", offset, err)
	}
	return obj, size, err
}

// resolve walks down the deltas from offset to a whole object, or one whose content is cached, and applies them upwards.
func (p *pack) resolve(in *inflater, data []byte, offset, max int64) (object, int64, error) {
	if obj, ok := p.cache.get(packPos{p, offset}); ok {
		return limited(obj, max)
	}
	type step struct {
		offset int64
		delta  []byte
	}
	var steps []step
	var obj object
	var work chainWork
	for at := offset; ; {
		e, err := p.entry(data, at)
		if err != nil {
			return object{}, 0, err
		}
		content, size, err := work.content(in, e, max)
		if err != nil {
			return object{}, size, err
		}
		if !e.isDelta() {
			obj = object{e.kind, content}
			if len(steps) > 0 {
				p.cache.put(packPos{p, at}, obj)
			}
			break
		}
		if steps = append(steps, step{at, content}); len(steps) > maxDeltaDepth {
			return object{}, 0, errDeltaDepth
		}
		at = e.base
		var ok bool
		if obj, ok = p.cache.get(packPos{p, at}); ok {
			break
		}
	}
	for i := len(steps) - 1; i >= 0; i-- {
		content, err := applyDelta(obj.data, steps[i].delta)
		if err != nil {
			return object{}, 0, fmt.Errorf("delta at %d: %w", steps[i].offset, err)
		}
		obj.data = content
		p.cache.put(packPos{p, steps[i].offset}, obj)
	}
	return limited(obj, max)
}

// chainWork adds up what reading one object costs, in bytes.
type chainWork struct {
	size   int64 // of the object asked for
	begun  bool
	made   int64 // whole objects, the asked one and those it is a delta of
	deltas int64 // instructions, which are all in memory at once
}

// add counts an object of size bytes, met as an entry e. The first one added is the one asked for, and may have max bytes.
func (w *chainWork) add(e packEntry, size, max int64) error {
	if !w.begun {
		if w.begun, w.size = true, size; size > max {
			return ErrTooLarge
		}
	} else if size > maxBase {
		return fmt.Errorf("delta base of %d bytes: %w", size, ErrTooLarge)
	}
	if w.made += size; e.isDelta() {
		w.deltas += e.size
	}
	if w.made > maxChain || w.deltas > maxDeltas {
		return fmt.Errorf("chain of deltas: %w", ErrTooLarge)
	}
	return nil
}

// content inflates an entry: an object, or the instructions of a delta. The size is the asked object's.
func (w *chainWork) content(in *inflater, e packEntry, max int64) ([]byte, int64, error) {
	if e.isDelta() && e.size <= allocated {
		content, err := in.whole(e.data, e.size)
		if err != nil {
			return nil, 0, err
		}
		_, size, _, ok := deltaSizes(content)
		if !ok {
			return nil, 0, errDelta
		}
		err = w.add(e, size, max)
		return content, w.size, err
	}
	size := e.size
	if e.isDelta() { // look at its beginning before the rest
		var err error
		if size, err = in.deltaResult(e.data); err != nil {
			return nil, 0, err
		}
	}
	if err := w.add(e, size, max); err != nil {
		return nil, w.size, err
	}
	content, err := in.whole(e.data, e.size)
	return content, w.size, err
}

// stat returns the type and size of the object at offset without its content.
func (p *pack) stat(offset int64) (Kind, int64, error) {
	data, err := p.data()
	if err != nil {
		return 0, 0, err
	}
	in := inflaters.Get().(*inflater)
	defer in.release()
	kind, size, err := p.header(in, data, offset)
	if err != nil {
		return 0, 0, corrupt(p.path+".pack", "object at %d: %w", offset, err)
	}
	return kind, size, nil
}

func (p *pack) header(in *inflater, data []byte, offset int64) (Kind, int64, error) {
	var size int64
	for depth := 0; depth <= maxDeltaDepth; depth++ {
		e, err := p.entry(data, offset)
		if err != nil {
			return 0, 0, err
		}
		if depth == 0 {
			if size = e.size; e.isDelta() {
				if size, err = in.deltaResult(e.data); err != nil {
					return 0, 0, err
				}
			}
		}
		if !e.isDelta() {
			return e.kind, size, nil
		}
		offset = e.base
	}
	return 0, 0, errDeltaDepth
}

// deltaResult reads, from the beginning of a compressed delta, the size of what it makes.
func (in *inflater) deltaResult(data []byte) (int64, error) {
	if err := in.start(data); err != nil {
		return 0, err
	}
	var head [20]byte
	n, err := io.ReadFull(in.z, head[:])
	if n == 0 && err != nil {
		return 0, noEOF(err)
	}
	_, size, _, ok := deltaSizes(head[:n])
	if !ok {
		return 0, errDelta
	}
	return size, nil
}

func limited(obj object, max int64) (object, int64, error) {
	size := int64(len(obj.data))
	if size > max {
		return object{}, size, ErrTooLarge
	}
	return obj, size, nil
}
