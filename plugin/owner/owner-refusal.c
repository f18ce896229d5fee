/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See the contract in owner-refusal.h. */

#include "lib.h"
#include "owner-refusal.h"
#include "str.h"
#include "ascii-line.h"

static const struct {
	const char *language;
	/* {key} and {values} are what the caller names */
	const char *texts[COEXIST_OWNER_REFUSAL_COUNT];
} languages[] = {
	/* the first is for all others */
	{ "en", {
		"There is no such setting.",
		"{key} can only be read here.",
		"Your administrator has fixed {key}.",
		"{key} can be: {values}.",
		"The value of {key} is too long.",
		"{key} has to be set alone.",
		"The journal has no such session any more.",
		"There is nothing left to bring back.",
		"Not all of it could be brought back. Please try again later.",
		"This belongs to the server, not to a mailbox: "
		"SETMETADATA \"\" ({values} ...).",
		"{key} could not be stored. Please try again later."
	} },
	{ "es", {
		"No existe ese ajuste.",
		"{key} aquí solo se puede leer.",
		"Su administrador ha fijado {key}.",
		"{key} puede ser: {values}.",
		"El valor de {key} es demasiado largo.",
		"{key} se tiene que fijar solo.",
		"El registro ya no tiene esa sesión.",
		"Ya no queda nada que recuperar.",
		"No se ha podido recuperar todo. Inténtelo más tarde.",
		"Esto es del servidor, no de un buzón: "
		"SETMETADATA \"\" ({values} ...).",
		"No se ha podido guardar {key}. Inténtelo más tarde."
	} },
	{ "ca", {
		"No hi ha aquest paràmetre.",
		"{key} aquí només es pot llegir.",
		"El vostre administrador ha fixat {key}.",
		"{key} pot ser: {values}.",
		"El valor de {key} és massa llarg.",
		"{key} s'ha de fixar sol.",
		"El registre ja no té aquesta sessió.",
		"Ja no queda res per recuperar.",
		"No s'ha pogut recuperar tot. Torneu-ho a provar més tard.",
		"Això és del servidor, no d'una bústia: "
		"SETMETADATA \"\" ({values} ...).",
		"No s'ha pogut desar {key}. Torneu-ho a provar més tard."
	} },
	{ "de", {
		"Diese Einstellung gibt es nicht.",
		"{key} kann hier nur gelesen werden.",
		"Ihr Administrator hat {key} festgelegt.",
		"{key} kann sein: {values}.",
		"Der Wert von {key} ist zu lang.",
		"{key} muss allein gesetzt werden.",
		"Das Protokoll hat diese Sitzung nicht mehr.",
		"Es ist nichts mehr da, was zurückgeholt werden könnte.",
		"Nicht alles konnte zurückgeholt werden. Bitte versuchen Sie "
		"es später noch einmal.",
		"Das gehört zum Server, nicht zu einem Ordner: "
		"SETMETADATA \"\" ({values} ...).",
		"{key} konnte nicht gespeichert werden. Bitte versuchen Sie "
		"es später noch einmal."
	} },
	{ "fr", {
		"Ce réglage n'existe pas.",
		"{key} ne peut qu'être lu ici.",
		"Votre administrateur a fixé {key}.",
		"{key} peut être : {values}.",
		"La valeur de {key} est trop longue.",
		"{key} doit être fixé seul.",
		"Le journal n'a plus cette session.",
		"Il ne reste rien à récupérer.",
		"Tout n'a pas pu être récupéré. Veuillez réessayer plus tard.",
		"Ceci relève du serveur, non d'un dossier : "
		"SETMETADATA \"\" ({values} ...).",
		"{key} n'a pas pu être enregistré. Veuillez réessayer plus "
		"tard."
	} },
	{ "pt", {
		"Essa definição não existe.",
		"{key} aqui só pode ser lido.",
		"O seu administrador fixou {key}.",
		"{key} pode ser: {values}.",
		"O valor de {key} é demasiado longo.",
		"{key} tem de ser definido sozinho.",
		"O registo já não tem essa sessão.",
		"Já não resta nada para recuperar.",
		"Não foi possível recuperar tudo. Tente de novo mais tarde.",
		"Isto pertence ao servidor, não a uma pasta: "
		"SETMETADATA \"\" ({values} ...).",
		"Não foi possível guardar {key}. Tente de novo mais tarde."
	} }
};

/* Returns the language's index by its base: pt for pt-BR. */
static unsigned int language_find(const char *language)
{
	const char *base = t_strcut(language, '-');
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(languages); i++) {
		if (strcasecmp(languages[i].language, base) == 0)
			return i;
	}
	return 0;
}

/* Replaces the name in braces by the text. */
static const char *
replace(const char *text, const char *name, const char *replacement)
{
	const char *at = strstr(text, name);

	if (at == NULL || replacement == NULL)
		return text;
	return t_strconcat(t_strdup_until(text, at), replacement,
			   at + strlen(name), NULL);
}

const char *coexist_owner_refusal_text(enum coexist_owner_refusal refusal,
				       const char *language, const char *key,
				       const char *values)
{
	const char *text = languages[language_find(language)].texts[refusal];
	const char *line;

	text = replace(replace(text, "{key}", key), "{values}", values);
	(void)coexist_ascii_line(text, &line);
	return line;
}
