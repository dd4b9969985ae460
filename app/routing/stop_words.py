"""Words that say little about the kind of a report, folded: bokmål, nynorsk, English and German."""

from __future__ import annotations

STOP = frozenset(
    """
    av at alle all alt bare ble blir bla da de dei deres det den dere denne der dette du eg ei eit ein eller en er et
    fikse for foran fordi fra fram frem ga gar gjor gjore ha han har hadde hallo hei heilt helt her hjelp hun hvor
    hvordan hva i igjen ikke ikkje inn innen jeg kan kom kommer litt lurer man mange med meg mellom men min mitt mi mot
    mye na nar no noe noen noko nokon nytt ny og ordne oss om opp over pa samme se seg sett sitt skal som star stor
    stort store sa til under ut utenfor utafor var vart vare ved veldig vi vil vore siden siste hele natta dag dager
    uke uker ar tid rett etter hos hus huset
    about after all also am an and are as at be been but by can does for from get got has have hello here him how i
    if in is it its just me my near new no not of off on or our out over please she so some that the their there these
    they this to too up us very was we were what when where which who will with you your
    aber als am auch auf aus bei das dem den der des die ein eine einem einen einer es fur hallo hat ich im ist
    kein keine mit nach nicht noch nur oder sehr sind und uns unser vom von vor war wie wir zu zum zur
    """.split()  # noqa: SIM905  (as a list it would fill pages)
)
# "It is broken" fits nearly every kind, so that the other words decide.
WEAK = frozenset(
    """
    odelagt odelagde odelegg stykker knust mangler manglar virker verkar fungerer funker gatt feil skadd skade skadet
    borte vekk los lost darlig darleg farlig gammel full fullt galt problem ute henger ligger lagt rundt sted stedet
    broken dead damaged missing loose work works working doesnt dont bad gone dangerous wrong defekt kaputt fehlt
    """.split()  # noqa: SIM905
)
