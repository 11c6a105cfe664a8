module github.com/proportion-go/proportion

go 1.26.0

require (
	github.com/expr-lang/expr v1.17.8
	github.com/oschwald/maxminddb-golang/v2 v2.8.0
	go.yaml.in/yaml/v4 v4.0.0
	golang.org/x/crypto v0.58.0
	pgregory.net/rapid v1.3.0
)

require golang.org/x/sys v0.49.0 // indirect
