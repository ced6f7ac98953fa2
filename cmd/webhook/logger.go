package main

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	controllerruntime "sigs.k8s.io/controller-runtime"
)

// newLogger writes a JSON object a line. What the libraries log goes there too.
func newLogger(to io.Writer, level string) (logr.Logger, error) {
	least, ok := map[string]slog.Level{"error": slog.LevelError, "info": slog.LevelInfo, "debug": slog.LevelDebug}[level]
	if !ok {
		verbosity, err := strconv.Atoi(level)
		if err != nil || verbosity < 0 || verbosity > 9 {
			return logr.Logger{}, fmt.Errorf("--log-level %q: want error, info, debug, or 0 to 9", level)
		}
		least = slog.Level(-verbosity)
	}
	handler := slog.NewJSONHandler(to, &slog.HandlerOptions{Level: least})
	log := logr.FromSlogHandler(handler)
	controllerruntime.SetLogger(log)
	klog.SetSlogLogger(slog.New(handler))
	slog.SetDefault(slog.New(handler)) // and with it package log, for net/http
	return log, nil
}
