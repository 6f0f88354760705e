package config

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
