module github.com/proportion-go/proportion/internal/schematest

go 1.26.0

require (
	github.com/proportion-go/proportion v0.1.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3
	go.yaml.in/yaml/v4 v4.0.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/expr-lang/expr v1.17.8 // indirect
	golang.org/x/text v0.14.0 // indirect
)

replace github.com/proportion-go/proportion => ../..
