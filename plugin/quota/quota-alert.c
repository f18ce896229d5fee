/* See the contract in quota-alert.h. */

#include "lib.h"
#include "quota-alert.h"
#include "str.h"
#include "coexist-alert.h"
#include "policy-merge.h"
#include "quota-notice.h"

/* IMAP says other letters than ASCII's only to clients that asked for it (RFC
   9051, section 9: text), so these do without. {percent} is a number. */
static const struct alert_texts {
	const char *language;
	const char *storage;
	const char *messages;
	const char *recovered;
} alert_texts[] = {
	{ "en",
	  "Your mailbox is {percent} % full. Please delete what you don't "
	  "need any more, and empty the trash.",
	  "Your mailbox has {percent} % of the messages that it may have. "
	  "Please delete what you don't need any more, and empty the trash.",
	  "Your mailbox has enough room again: {percent} % are used." },
	{ "es",
	  "Su buzon esta lleno al {percent} %. Borre lo que ya no necesite y "
	  "vacie la papelera.",
	  "Su buzon tiene el {percent} % de los mensajes que puede tener. "
	  "Borre lo que ya no necesite y vacie la papelera.",
	  "Su buzon vuelve a tener espacio: se usa el {percent} %." },
	{ "ca",
	  "La vostra bustia es plena al {percent} %. Suprimiu el que ja no us "
	  "calgui i buideu la paperera.",
	  "La vostra bustia te el {percent} % dels missatges que pot tenir. "
	  "Suprimiu el que ja no us calgui i buideu la paperera.",
	  "La vostra bustia torna a tenir espai: se n'usa el {percent} %." },
	{ "pt",
	  "A sua caixa de correio esta {percent} % cheia. Apague o que ja nao "
	  "precisa e esvazie o lixo.",
	  "A sua caixa de correio tem {percent} % das mensagens que pode ter. "
	  "Apague o que ja nao precisa e esvazie o lixo.",
	  "A sua caixa de correio voltou a ter espaco: {percent} % em uso." },
	{ "fr",
	  "Votre boite aux lettres est remplie a {percent} %. Supprimez ce "
	  "dont vous n'avez plus besoin et videz la corbeille.",
	  "Votre boite aux lettres contient {percent} % des messages permis. "
	  "Supprimez ce dont vous n'avez plus besoin et videz la corbeille.",
	  "Votre boite aux lettres a de nouveau de la place : {percent} % "
	  "utilises." },
	{ "de",
	  "Ihr Postfach ist zu {percent} % voll. Bitte loeschen Sie, was Sie "
	  "nicht mehr brauchen, und leeren Sie den Papierkorb.",
	  "Ihr Postfach hat {percent} % der Nachrichten, die es haben darf. "
	  "Bitte loeschen Sie, was Sie nicht mehr brauchen, und leeren Sie den "
	  "Papierkorb.",
	  "Ihr Postfach hat wieder Platz: {percent} % sind belegt." }
};

/* Returns the texts of the tag's base language, English if there are none. */
static const struct alert_texts *texts_find(const char *tag)
{
	const char *base = t_strcut(tag, '-');
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(alert_texts); i++) {
		if (strcasecmp(alert_texts[i].language, base) == 0)
			return &alert_texts[i];
	}
	return &alert_texts[0];
}

static const char *text_find(const struct coexist_quota_notice *notice)
{
	const struct alert_texts *texts = texts_find(
		coexist_policy_text(notice->policy, COEXIST_KEY_language));

	if (notice->action == COEXIST_QUOTA_TELL_RECOVERED)
		return texts->recovered;
	return notice->usage.resource == COEXIST_QUOTA_STORAGE ?
		texts->storage : texts->messages;
}

int coexist_quota_alert_tell(const struct coexist_quota_notice *notice)
{
	const char *text = text_find(notice);
	const char *name = strstr(text, "{percent}");

	return coexist_alert_leave(notice->user, t_strdup_printf(
		"%s%"PRIu64"%s", t_strdup_until(text, name), notice->percent,
		name + strlen("{percent}")));
}
