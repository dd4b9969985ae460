"""What the demo's residents write. No real persons, no real houses; the weather is real enough.

One line is: category | season | place | answers | words. Season: w(inter), s(ummer) or a(ny). Place: `lamp`, `street`
or a name in demo_places. {gate} is the street, {nr} a house number, {mast} the number on the mast.
"""

from __future__ import annotations

from dataclasses import dataclass

LAMPS_AND_ROADS = """
lamp_dark|a|lamp|mast|Lykta utenfor {gate} {nr} er mørk. Mastenummer {mast}.
lamp_dark|a|lamp|mast state=flickers|Lampa på mast {mast} blinker som et diskotek. Sov dårlig i natt også.
lamp_dark|a|lamp|state=dark|Gatelyset ved {gate} {nr} er slukket. Det er mørkt nok fra før.
lamp_dark|w|lamp|mast state=dark|Midt i mørketida, og så ryker akkurat den lampa ved bussholdeplassen i {gate}.
lamp_dark|w|lamp|state=dark|Ingen lys i lykta her siden fredag. Hunden nekter å gå forbi.
lamp_dark|w|lamp|state=flickers|Lampa slår seg av når det blåser fra nordvest, og på igjen når det blåser fra sør.
lamp_dark|s|lamp|state=day mast|Lampa står og lyser midt på dagen. Vi har midnattssol.
lamp_dark|a|lamp|state=day|Denne lyser hele døgnet. Fint for måsen, dyrt for kommunen.
lamp_dark|a|lamp|mast|{mast} er død. Det er den rett ved fotgjengerfeltet, skolebarna krysser der.
lamp_dark|w|lamp|state=dark|Helt svart ved postkassene. Jeg leste naboens post i går, unnskyld.
lamp_dark|a|lamp|state=flickers mast|Blinker to ganger, pause, blinker tre ganger. Er det morse?
lamp_dark|w|lamp|mast state=dark|Snøfreseren så ikke postkassa mi, for lykta er mørk. Nå har vi ikke postkasse.
lamp_dark|a|lamp||Lykta ved innkjørselen vår er gått.
lamp_dark|w|lamp|state=dark|Mørkt i {gate} ved nummer {nr}. Nordlyset er fint, men ikke nok til å se isen.
lamp_dark|a|lamp|mast|Gatelys {mast} ute av drift.
lamps_stretch|w|lamp|how_many=5 stretch houses=no|Fem lykter på rad er mørke i {gate}. Resten av gata lyser.
lamps_stretch|a|lamp|how_many=3 houses=no|Tre lamper på rad er ute. De tente ikke igjen etter stormen.
lamps_stretch|w|lamp|how_many=8 stretch houses=no|Hele svingen er svart. Vi går med hodelykt til bussen.
lamps_stretch|w|lamp|how_many=12 houses=yes|Mørkt ute og inne. Kaffetrakteren er også død.
lamp_fitting|a|lamp|mast|Glasskuppelen henger i en skrue og dingler når det blåser.
lamp_fitting|w|lamp|mast|Masta står på skrå etter brøytebilen. Den lyser fint, men ned i grøfta.
lamp_fitting|a|lamp||Luka nederst på masta er åpen. Jeg ser ingen ledninger, men barna stapper snø inn.
pothole|a|street|size=medium position=lane|Hull i vegen utenfor nummer {nr}. Alle kjører på feil side for å unngå det.
pothole|a|street|size=large position=lane|Dette er ikke et hull lenger, det er et veiskille. Kapsel på hjulet er borte.
pothole|s|street|size=small position=edge|Lite hull i kanten, men det vokser. Sykkelen min kjente det.
pothole|w|street|size=medium position=lane|Telehiv og hull ved {gate} {nr}. Ses ikke når det ligger vann i.
pothole|a|street|size=large position=edge|Asfalten er borte i en halv meters lengde. Grusen ligger i hagen min.
snow|w|street|what=not_cleared|Ikke brøytet i {gate} i dag. Bossbilen snudde.
snow|w|street|what=no_view|Brøytekanten i krysset er høyere enn bilen min. Jeg ruller ned vinduet og lytter.
snow|w|street|what=blocked|Brøytebilen la hele lasset foran innkjørselen. Vi er fire generasjoner med spade.
snow|w|street|what=not_cleared|Femti centimeter siden i går kveld. Ambulansen kommer ikke opp hit.
snow|w|bro_vest|what=not_cleared|Gangbanen på brua er ikke brøytet. Alle går i kjørebanen.
ice|w|street|steep=hill|Blank is i bakken ved {gate} {nr}. Tre biler på tvers i dag tidlig.
ice|w|street|steep=junction|Krysset er speilblankt. Bussen gled forbi stoppet og vinket.
ice|w|katedral|steep=neither|Hålke på busstoppet. Turistene faller som kjegler, og de har ikke brodder.
ice|w|street|steep=hill|Regn på is. Det må strøs før skolen begynner, ellers akes det på ufrivillig vis.
ice|w|unn|steep=neither|Is hele vegen fra stoppet til inngangen. Det er kort veg til legevakta, men likevel.
sweeping|s|street||Strøsanden ligger fortsatt i {gate}. Det støver så naboen har sluttet å tørke klær.
sweeping|s|slettatorg||Hele torget er grus. Kan dere feie før 17. mai?
sign|a|street|sign_kind=traffic|Fartsskiltet ligger i grøfta. Folk kjører deretter.
sign|w|street|sign_kind=street_name|Gateskiltet for {gate} er kjørt ned. Pizzaen kom til feil hus.
sign|w|street|sign_kind=traffic|Skiltet er dekket av is og snø. Det kan stå hva som helst under.
sign|a|torg|sign_kind=other|Kartet over sentrum er dreid, så nord peker mot Tromsdalen.
railing|a|trapp|drop=yes|Rekkverket er løst i øvre ende. Det er flere meter ned.
railing|a|kai|drop=no|Rustent rekkverk, en stolpe står og vrikker.
railing|w|street|drop=no|Autovernet har fått en bulk av brøytebilen og peker ut i vegen.
manhole|a|street|lid=loose|Kumlokket klaprer hver gang noen kjører over. Vi sover ved siden av det.
manhole|a|street|lid=level|Kumlokket ligger fem centimeter under asfalten. Bilen sier fra.
surface_water|w|street|source=rain|Vann over hele vegen, sluket er dekket av is. Det fryser på i kveld.
surface_water|a|street|source=ground|Det pipler vann opp av asfalten ved nummer {nr}, også når det ikke regner.
surface_water|s|undergang|source=rain|Undergangen er blitt svømmehall. Ti centimeter vann.
traffic_light|a|bro_vest||Fotgjengerlyset skifter ikke. Jeg sto der i tre omganger og gikk hjem.
road_marking|s|street||Fotgjengerfeltet er slitt helt bort. Bare vi som bor her vet at det er der.
pavement|a|street|wheels=yes|Fortauskanten er for høy for rullestolen ved {gate} {nr}. Må ut i kjørebanen.
pavement|s|street|wheels=no|Løse heller på fortauet. Når det regner, spruter det opp i buksebeina.
path_winter|w|street|problem=snow|Fortauet er ikke brøytet, bare vegen. Barnevogna går ikke i en meter snø.
path_winter|w|prestvann|problem=ice|Stien er en skøytebane. Fin, men ikke til joggesko.
path_winter|w|street|problem=bank problem=snow|Brøytekant tvers over fortauet. Alle klatrer, noen triller ned igjen.
path_winter|w|street|problem=ice|Hålke på fortauet utenfor {gate} {nr}. Min mor på 81 går ikke ut lenger.
steps|w|trapp||Trappa er full av is. Strø, eller steng den.
steps|a|trapp||Et trinn har løsnet midt i trappa.
bus_stop|a|unn|fault=shelter|Ruta i leskuret er knust. Det er skår på benken.
bus_stop|w|katedral|fault=snow|Busstoppet er måkt inn. Man venter på toppen av haugen.
bus_stop|a|universitet|fault=litter|Søpla ved stoppet er full, og kråkene har sortert den utover.
"""

THE_REST = """
playground|a|charlotte|danger=yes|Kjettingen på dissa er nesten av. Vi har surret den fast med en refleksvest.
playground|a|charlotte|danger=no|Sandkassa mangler sand. Ungene leker med grus.
playground|w|krokskole|danger=no|Sklia er dekket av is. Farten er god, landingen ikke.
park|s|park||Benken mangler to sprosser, så man sitter på skrå og ser på domkirka.
park|a|bukta||Bålplassen er full av glass og engangsgriller.
tree|a|street|where=over_road|Ei bjørk ligger over halve vegen etter vinden i natt.
tree|w|street|where=near_road|Greinene er tunge av snø og henger ned i ledningen ved {gate} {nr}.
tree|s|park|where=park|Stor grein har knekt og henger over benken.
ski_trail|w|lysloype|what=lights|Lyset i lysløypa slår seg av klokka 21.45. Jeg var midt i bakken.
ski_trail|w|lysloype|what=track|Noen har gått på beina i hele skisporet. Med pigger.
ski_trail|s|lysloype|what=bridge|Plankebrua over bekken har et hull, akkurat stort nok til en fot.
sports_ground|s|bane||Målnettet har hull. Det er uenighet om stillingen.
sports_ground|w|bane||Lysmasta på banen virker ikke. Vi trener på lyden.
litter_bin|a|bukta||Søppelkassa renner over etter helga.
litter_bin|w|kai||Søppelkassa har føket over ende og ligger i fjæra.
litter_bin|a|torg||Lokket er borte, måsen tar resten.
dumped_waste|a|eidkjosen|kind=bulky|Noen har satt igjen en sofa i lomma. Den er våt.
dumped_waste|s|lysloype|kind=ordinary|Tre svarte sekker med søppel ved løypa.
dumped_waste|a|heia|kind=dangerous|To bilbatterier og ei kanne uten lapp ved parkeringsplassen.
dumped_waste|w|ersfjord|kind=ordinary|Etter turistene ligger det mat og varmeposer over hele snuplassen.
recycling_point|a|retur_kroken||Glasscontaineren er full. Folk setter flaskene i pene rekker utenfor.
recycling_point|a|retur_sentrum||Pappcontaineren er full, og det blåser papp i hele Strandskillet.
dead_animal|a|street||Død hare i vegkanten ved nummer {nr}.
dead_animal|w|eidkjosen||Ei reinsimle er påkjørt og ligger ved vegen. Politiet har fått beskjed.
no_water|a|street|problem=pressure|Nesten ikke trykk i vannet siden i morges. Dusjen hvisker.
no_water|a|street|problem=colour|Vannet er brunt i hele oppgangen. Det smaker som det ser ut.
sewage|a|kai||Det lukter kloakk fra sluket ved kaia når det er fjære sjø.
sewage|a|street||Kummen går opp, og det er ikke regnvann.
school|w|bakkeskole|where|Hovedinngangen ved skolen er så isete at ungene sklir inn til timen.
school|a|dalskole|where|En rute i gymsalen er sprukket.
nursery|w|barnehage|where|Porten fryser fast, så foreldrene løfter ungene over gjerdet.
nursery|a|barnehage|where|Lekeskuret lekker. Spadene er blitt rustne.
building_heat|w|radhus|room|Ovnen virker ikke på møterommet. Vi holder møtene i lue.
building_heat|w|bakkeskole|room|13 grader på klasserommet i dag tidlig. Vi regnet med votter.
building_light|a|idrettshall||Utelyset på hallen er mørkt på baksida.
building_light|w|bibliotek||To spotter ved inngangen er ute, og trappa er rett under.
building_other|a|idrettshall|where|Døra til garderoben går ikke i lås.
tagging|a|undergang|surface=street|Hele undergangen er tagget ned igjen.
tagging|a|bakkeskole|surface=building|Noen har skrevet på veggen mot ballbingen. Skrivefeil i begge ord.
tagging|s|park|surface=park|Tagging på sceneveggen i parken.
abandoned_vehicle|w|heia|vehicle=Lys+varebil+uten+skilter|Bilen har stått siden i høst. Nå er den en brøytekant.
abandoned_vehicle|a|eidkjosen|vehicle=Campingvogn|Campingvogn uten hjul. Det bor ingen i den, bortsett fra en røyskatt.
parking|w|street||Parkerte biler på begge sider, så brøytebilen ikke kommer fram.
parking|a|torg||Det står alltid en bil på plassen for rullestolbrukere.
other|a|skansen||Flagget på stanga står fast på toppen. Det har vært 17. mai der i tre uker.
other|w|torg||Julegrana på torget heller. Den er fin, men den heller.
praise|w|street||Takk til han som brøytet {gate} klokka fire i natt. Han vinket til og med!
praise|a|street||Lampa var fikset dagen etter at jeg meldte den. Imponert!
proposal|a|prestvann||Kan det komme en benk til på vestsida? Der er sola når den først er her.
proposal|w|trapp||Varmekabler i trappa hadde spart legevakta for mange håndledd.
complaint|a|street||Jeg har meldt dette hullet før og fikk svar om at det var rettet. Det var det ikke.
"""

# By category where there is one, else by group.
FIXED_WORDS = {
    "lamps": ("Lyskilden er byttet.", "Ny sikring i masta. Lampa lyser igjen.", "Vi har byttet armatur.",
              "Feil på kabelen. Den er skjøtet, og lyset er tilbake."),
    "snow": ("Brøytet.", "Brøytet og kanten er fjernet.", "Vi var der klokka fire i natt."),
    "ice": ("Strødd.", "Strødd med fastsand.", "Høvlet og strødd."),
    "path_winter": ("Brøytet og strødd.", "Fortauet er ryddet."),
    "pothole": ("Lappet med kald asfalt. Den varme kommer i juni.", "Hullet er tettet.", "Fylt med grus til våren."),
    "road": ("Utført.", "Vi har vært der og rettet det.", "Ordnet."),
    "path": ("Satt i stand.", "Utført.", "Ryddet."),
    "parks": ("Reparert.", "Ordnet i dag.", "Nye deler er satt på."),
    "waste": ("Hentet.", "Ryddet.", "Tatt hånd om."),
    "water": ("Ledningen er spylt.", "Ventilen er byttet.", "Ordnet av vakta."),
    "buildings": ("Vaktmesteren har ordnet det.", "Håndverker har vært der."),
    "vehicles": ("Eieren har flyttet kjøretøyet.", "Kjøretøyet er tauet bort."),
    "other": ("Ordnet.",),
}  # fmt: skip
ANSWERS = (
    "Takk for de gode ordene! Vi har sendt dem videre til dem som var ute i natt.",
    "Takk for forslaget. Vi tar det med når tiltakene for neste år settes opp.",
    "Takk for at du sier fra. Vi har sett på saken en gang til og beklager at svaret var feil.",
    "Takk for at du sier fra. Vi har funnet ut hvem som har ansvaret, og bedt dem se på det.",
)
REJECTIONS = (
    "Takk for at du sier fra. Dette er på privat grunn, så eieren må ta seg av det.",
    "Vi fant ikke feilen da vi var der. Si gjerne fra igjen med et bilde.",
    "Vegen brøytes når det er falt ti centimeter. Vi kommer i natt hvis det fortsetter.",
)
SENT_BACK = ("Dette er ikke vår veg.", "Masta tilhører borettslaget, ikke oss.", "Hører til bygget, ikke vegen.")
TAKEN_NOTES = ("Deler er bestilt.", "Satt opp til neste uke.", "Ringte melder, fant stedet.", "Venter på lift.")
NAMES = (
    "Mona Snøfonn", "Jon Sørpe", "Lise Mørketid", "Arvid Brøytekant", "Siri Nordavind", "Bjarne Hålke",
    "Randi Fjæresand", "Odd Skyvindu", "Turid Vottepar", "Kåre Fokksnø", "Wenche Blåtime", "Ivar Spade",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody reports. `answers` are pairs of a question's code and an answer ("" is filled in)."""

    category: str
    season: str
    place: str
    answers: tuple[tuple[str, str], ...]
    words: str


def lines() -> list[Line]:
    """Everything that can be reported."""
    return [_line(text) for text in (LAMPS_AND_ROADS + THE_REST).splitlines() if text.strip()]


def _line(text: str) -> Line:
    category, season, place, answers, words = text.split("|", 4)
    pairs = [pair.partition("=") for pair in answers.split()]
    return Line(category, season, place, tuple((code, value.replace("+", " ")) for code, _, value in pairs), words)
