package payment

import "github.com/google/uuid"

// NewID returns an id for a row. It begins with the time (UUID version 7, RFC 9562), so that the rows of a minute lie side
// by side in every index, whose other pages need not be read and written for them. 62 of its bits are random: it is no secret.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
