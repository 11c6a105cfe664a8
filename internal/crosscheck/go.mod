module github.com/proportion-go/proportion/internal/crosscheck

go 1.26.0

require (
	github.com/boombuler/barcode v1.1.0
	github.com/proportion-go/proportion v0.1.0
)

require (
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/proportion-go/proportion => ../..
