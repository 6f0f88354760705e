package worker

import (
	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
)

// Schemas are those of the API's description.
func Schemas() huma.Registry {
	return newAPI(chi.NewRouter(), Options{}).OpenAPI().Components.Schemas
}
