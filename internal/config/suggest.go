package config

import (
	"reflect"
	"time"
)

// didYouMean names the known key nearest to an unknown one, if one is near.
func didYouMean(path, unknown string, known []string) string {
	best, nearest := len(unknown)/2+1, ""
	for _, k := range known {
		if d := distance(unknown, k); d < best {
			best, nearest = d, k
		}
	}
	if nearest == "" {
		return ""
	}
	return "; did you mean " + join(path, nearest) + "?"
}

// distance is Levenshtein's: how many letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// kindOf says in words what a field holds.
func kindOf(v reflect.Value) string {
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		return "a duration such as 30s"
	case v.Kind() == reflect.Int:
		return "a whole number"
	case v.Kind() == reflect.Struct:
		return "a network such as 10.0.0.0/8"
	}
	return "a text"
}
