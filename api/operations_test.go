package api_test

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/samchon/payments-server/api"
)

// TestClient_HasEveryOperation calls every method of the Client that takes a
// context, and compares what it asks for with what the server offers.
func TestClient_HasEveryOperation(t *testing.T) {
	t.Parallel()
	s := &script{answers: []answer{{status: 400}}}
	callAll(t, s.client(t))
	var asked []string
	for _, r := range s.requests {
		asked = append(asked, r.operation)
	}
	slices.Sort(asked)
	if diff := cmp.Diff(offered(t), asked); diff != "" {
		t.Errorf("the client's methods are not the server's operations (-server +client):\n%s", diff)
	}
}

func callAll(t *testing.T, client *api.Client) {
	t.Helper()
	value := reflect.ValueOf(client)
	for i := range value.NumMethod() {
		method := value.Method(i)
		if method.Type().NumIn() == 0 || method.Type().In(0) != reflect.TypeFor[context.Context]() {
			continue
		}
		arguments := []reflect.Value{reflect.ValueOf(t.Context())}
		for k := 1; k < method.Type().NumIn() && !(method.Type().IsVariadic() && k == method.Type().NumIn()-1); k++ {
			argument := reflect.New(method.Type().In(k)).Elem()
			if argument.Kind() == reflect.String {
				argument.SetString("{id}")
			}
			arguments = append(arguments, argument)
		}
		method.Call(arguments)
	}
}

// offered are the operations of openapi.json, but for those that gateways call,
// and the place to send webhooks to.
func offered(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct{ Tags []string }
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			if !slices.Contains(operation.Tags, "webhooks") && !slices.Contains(operation.Tags, "internal") {
				all = append(all, strings.ToUpper(method)+" "+regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "{id}"))
			}
		}
	}
	slices.Sort(all)
	return all
}
