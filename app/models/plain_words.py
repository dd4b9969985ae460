"""Heavy words and plainer ones for them, in our own choice: the municipality asks for short sentences and plain words.

A key is the beginning of a word or of several, in small letters; a `*` at its end takes every ending of it.
"""

NB: dict[str, str] = {
    "adekvat*": "god nok, passende", "aktuelle": "disse, denne", "anmod*": "be", "anmodning*": "ønske, bønn",
    "anser": "mener, ser på som", "avstedkom*": "føre til", "bekreftes herved": "vi bekrefter", "benytt*": "bruke",
    "beskaffenhet*": "tilstand", "besørg*": "sørge for", "bistå*": "hjelpe", "bistand*": "hjelp",
    "da undertegnede": "da jeg", "differensier*": "skille mellom", "effektuer*": "gjøre, utføre",
    "eksisterende": "som finnes", "ekstern*": "utenfra", "erverv*": "få, kjøpe", "evaluer*": "vurdere",
    "feilaktig*": "feil", "foreligg*": "finnes, er", "forefinnes": "finnes",
    "foretar": "gjør", "foretatt": "gjort",
    "forestå*": "ha ansvar for", "forutsetning*": "krav", "fremkomme*": "stå, komme fram",
    "gjennomfør*": "gjøre", "henhold*": "etter", "henstill*": "be", "hensyntatt*": "tatt hensyn til",
    "hensynta*": "ta hensyn til", "hjemle*": "gi rett til", "hva angår": "om", "i forbindelse med": "om, med, ved",
    "i forhold til": "om, for, mot", "i henhold til": "etter", "i løpet av kort tid": "snart",
    "i tilfelle av at": "hvis", "imøtekomme*": "si ja til", "implementer*": "innføre, ta i bruk",
    "inneha*": "ha", "innestå*": "love", "innhent*": "få, spørre om", "iverksett*": "sette i gang",
    "komplettere*": "fylle ut", "kommuniser*": "si, fortelle", "medfør*": "føre til", "med hensyn til": "om",
    "med henvisning til": "vi viser til", "nærværende": "denne", "omhandle*": "handle om", "oppnevn*": "velge",
    "prioriter*": "ta først", "på nåværende tidspunkt": "nå", "påbegynn*": "begynne", "påkrevd*": "nødvendig",
    "rekvir*": "bestille", "respondere*": "svare", "samtlige": "alle", "snarest mulig": "snart, eller en dato",
    "såfremt": "hvis", "tilskriv*": "skrive til", "tilveiebring*": "skaffe", "undertegnede": "jeg, vi",
    "utbedr*": "reparere", "vedrørende": "om", "vedlagt følger": "her er", "verifiser*": "sjekke",
    "vil bli foretatt": "vi gjør", "ytterligere": "mer, flere", "overnevnte": "dette", "ovennevnte": "dette",
    "oversend*": "sende", "ferdigstill*": "gjøre ferdig", "avvik*": "feil",
}  # fmt: skip

NN: dict[str, str] = {
    "adekvat*": "god nok, høveleg", "anmod*": "be", "anser": "meiner, ser på som", "benytt*": "bruke",
    "bistå*": "hjelpe", "bistand*": "hjelp", "effektuer*": "gjere, utføre", "eksisterande": "som finst",
    "ekstern*": "utanfrå", "evaluer*": "vurdere", "feilaktig*": "feil", "ligg føre": "finst", "føreligg*": "finst",
    "føretek": "gjer", "føreteke": "gjort", "føresetnad*": "krav", "gjennomfør*": "gjere", "henstill*": "be",
    "hensynta*": "ta omsyn til", "i forhold til": "om, for, mot", "i samband med": "om, med, ved",
    "i samsvar med": "etter", "i høve til": "etter, om", "imøtekom*": "seie ja til", "implementer*": "innføre",
    "inneha*": "ha", "innhent*": "få, spørje om", "iverksett*": "setje i gang", "sett i verk": "sett i gang",
    "kommuniser*": "seie, fortelje", "medfør*": "føre til", "med omsyn til": "om", "med tilvising til": "vi viser til",
    "omhandl*": "handle om", "prioriter*": "ta først", "på noverande tidspunkt": "no", "påbegynn*": "begynne",
    "påkravd*": "nødvendig", "rekvir*": "tinge", "samtlege": "alle", "snarast mogleg": "snart, eller ein dato",
    "såframt": "viss", "tilvegebring*": "skaffe", "underteikna": "eg, vi", "utbetr*": "reparere",
    "vedkomande": "om", "vedrørande": "om", "verifiser*": "sjekke", "ytterlegare": "meir, fleire",
    "ovannemnde": "dette", "ovannemnd*": "dette", "oversend*": "sende", "ferdigstill*": "gjere ferdig",
    "avvik*": "feil", "naudsynt*": "nødvendig", "erverv*": "få, kjøpe",
    "respondere*": "svare", "differensier*": "skilje mellom", "kompletter*": "fylle ut", "hjemle*": "gje rett til",
    "i løpet av kort tid": "snart", "eksekver*": "gjere", "aktuelle": "desse, denne",
}  # fmt: skip

EN: dict[str, str] = {
    "pursuant to": "under, by", "with regard to": "about", "regarding": "about", "in order to": "to",
    "commence*": "begin", "terminate*": "end", "utilise*": "use", "utilize*": "use", "implement*": "begin, put in",
    "subsequent to": "after", "prior to": "before", "in the event that": "if", "assistance": "help",
    "rectif*": "mend", "remediat*": "mend", "at this point in time": "now", "aforementioned": "this",
    "endeavour*": "try", "facilitate*": "help", "in accordance with": "by, after",
}  # fmt: skip

WORDS: dict[str, dict[str, str]] = {"nb": NB, "nn": NN, "en": EN}
