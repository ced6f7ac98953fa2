package lib.names_test

import data.lib.names

test_few_lists_all_in_order if names.few({"b", "a", "c"}) == "a, b, c"

test_few_of_one if names.few(["a"]) == "a"

test_few_counts_what_it_leaves_out if {
	many := [sprintf("s%d", [i]) | some i in numbers.range(10, 22)]
	names.few(many) == "s10, s11, s12, s13, s14, s15, s16, s17, s18, s19 and 3 more"
}

test_ten_are_all_shown if {
	ten := [sprintf("s%d", [i]) | some i in numbers.range(0, 9)]
	names.few(ten) == "s0, s1, s2, s3, s4, s5, s6, s7, s8, s9"
}
