package worker

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
)

// Schemas are those of the API's description.
func Schemas() huma.Registry {
	return newAPI(chi.NewRouter(), Options{}).OpenAPI().Components.Schemas
}

// Operations are those of the API's description, and of what it sends.
func Operations() []*huma.Operation {
	return allOperations(newAPI(chi.NewRouter(), Options{}).OpenAPI())
}
