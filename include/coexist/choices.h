/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COEXIST_CHOICES_H
#define COEXIST_CHOICES_H

/* Choices: the words that a key allows. A key on whose choices code switches has
   a table of them, an X-macro

     TABLE(FIRST, NEXT)

   with FIRST(id, word) for the first and NEXT(id, word) for each other one, from
   which its line in the table of keys, the enum and the names are made. */

/* The words, separated by spaces. */
#define COEXIST_CHOICE_WORDS(TABLE) \
	TABLE(COEXIST_CHOICE_FIRST_WORD, COEXIST_CHOICE_NEXT_WORD)
#define COEXIST_CHOICE_FIRST_WORD(id, word) word
#define COEXIST_CHOICE_NEXT_WORD(id, word) " " word

/* The enumerators: COEXIST_<id>, the index into the words. */
#define COEXIST_CHOICE_IDS(TABLE) TABLE(COEXIST_CHOICE_ID, COEXIST_CHOICE_ID)
#define COEXIST_CHOICE_ID(id, word) COEXIST_##id,

/* What initializes an array of the words, by their enumerators. */
#define COEXIST_CHOICE_NAMES(TABLE) \
	TABLE(COEXIST_CHOICE_NAME, COEXIST_CHOICE_NAME)
#define COEXIST_CHOICE_NAME(id, word) [COEXIST_##id] = word,

#endif
