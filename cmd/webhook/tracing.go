package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.42.0"

	"github.com/lotus-lake/lotus-gate/cmd/internal/version"
)

// tracing makes a span of every request, in the API server's trace where it has
// one. The zero value makes none and costs nothing.
type tracing struct{ provider *sdktrace.TracerProvider }

// newTracing exports to the endpoint, or to what the OTEL_* variables name.
func newTracing(ctx context.Context, endpoint string) (tracing, error) {
	var options []otlptracehttp.Option
	if endpoint != "" {
		traces, err := url.JoinPath(endpoint, "v1/traces")
		if err != nil {
			return tracing{}, usagef("--otlp-endpoint: %w", err)
		}
		options = append(options, otlptracehttp.WithEndpointURL(traces))
	} else if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")+os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" || os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return tracing{}, nil
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return tracing{}, fmt.Errorf("export traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("lotus-gate-webhook"), semconv.ServiceVersion(version.String())), resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return tracing{}, fmt.Errorf("export traces: %w", err)
	}
	return tracing{sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))}, nil
}

func (t tracing) handler(path string, next http.Handler) http.Handler {
	if t.provider == nil {
		return next
	}
	return otelhttp.NewHandler(next, "admission "+path, otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagation.TraceContext{}))
}

// stop exports what is left.
func (t tracing) stop(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
