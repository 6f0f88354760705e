package fault

import "net/http"

// Cause is what brought a webhook about: a request to the PG, to its payment
// window, or to the fake's own control paths. What a person does by the page, or
// a test by Act, is the control request for it.
type Cause struct{ Method, Path string }

// ByClock is the cause of what falls due in time, such as an account that closes.
var ByClock = Cause{http.MethodPost, "/__fake/clock/advance"}

// CauseOf is the cause of what a request brings about.
func CauseOf(r *http.Request) Cause { return Cause{r.Method, r.URL.Path} }
