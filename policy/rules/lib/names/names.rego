# Lists of names as messages show them.
package lib.names

# few writes names in order, at most ten of them: "a, b and 3 more".
few(names) := concat(", ", sort(names)) if count(names) <= 10

few(names) := sprintf("%s and %d more", [concat(", ", array.slice(sort(names), 0, 10)), count(names) - 10]) if {
	count(names) > 10
}
