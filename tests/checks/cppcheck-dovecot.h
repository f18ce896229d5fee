/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dovecot's loops, for cppcheck, which sees none of its headers: that they set the
   variable. */

#define array_foreach(array, elem) \
	for (elem = array_front(array); more(elem); elem++)
#define array_foreach_modifiable(array, elem) \
	for (elem = array_front_modifiable(array); more(elem); elem++)
#define array_foreach_elem(array, elem) \
	for (elem = array_first(array); more(elem); elem = array_next(array))
