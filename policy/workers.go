package policy

// workers are goroutines that evaluate. They are used again, because growing the
// stack of a new one costs as much as judging a small document.
type workers chan chan func()

// do runs f in an idle worker, or in a new one. A worker that f keeps for ever
// is never idle again, and so is left behind.
func (w workers) do(f func()) {
	var work chan func()
	select {
	case work = <-w:
	default:
		work = make(chan func(), 1)
		go w.serve(work)
	}
	work <- f
}

func (w workers) serve(work chan func()) {
	for f := range work {
		f()
		select {
		case w <- work:
		default:
			return // enough are idle
		}
	}
}

// stop ends the idle workers.
func (w workers) stop() {
	for {
		select {
		case work := <-w:
			close(work)
		default:
			return
		}
	}
}
