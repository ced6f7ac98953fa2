# The image of the webhook: one static program, no shell, not root. BuildKit sets the platform arguments.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /webhook ./cmd/webhook

FROM scratch
# For a tracing endpoint with a public certificate; the API server's comes with the service account.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /webhook /webhook
USER 65532:65532
ENTRYPOINT ["/webhook"]
