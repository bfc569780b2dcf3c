/**
 * The glossary's commodities when this was written: the slug of each, which without its dashes is a key, and further
 * keys. A key is a name as the portal or the glossary spells it, in lower case, of letters and digits only.
 */
const COMMODITIES = `
  ajwain=ajwan almond=almondbadam amaranth-grain=rajgir amaranth-leaves=amaranthus amla=amlanellikai apple
  apricot=apricotjardalukhumani arecanut=arecanutbetelnutsupari ash-gourd=whitepumpkin bamboo banana
  barley=barleyjau barnyard-millet basmati-paddy=paddydhanbasmati bay-leaf=bayleaftejpatta beaten-rice beetroot
  ber=berzizyphusborehannu betel-leaf=betalleaves bitter-gourd black-gram=blackgramurdbeanswhole
  black-pepper=peppergarbled,pepperungarbled bottle-gourd brinjal broccoli=brocoli buffalo=hebuffalo,shebuffalo
  bullock=bull,ox butter cabbage calf capsicum=chillycapsicum cardamom=cardamoms carrot
  cashew=cashewkernnel,cashewnuts castor-oil castor-seed cauliflower chana-dal=bengalgramdalchanadal
  chayote=chowchow,seemebadnekai cherry chicken=cock,hen chickpea=bengalgramgramwhole
  chrysanthemum=chrysanthemumloose cinnamon=cinamondalchini clove=cloves cluster-beans=guar cocoa
  coconut=coconutseed coconut-oil coffee copra coriander-leaves coriander-seed=corrianderseed cotton cotton-seed cow
  cowpea=alasandegram,cowpealobiakaramani cowpea-pods=alsandikai,cowpeaveg cucumber=cucumbarkheera
  cumin=cumminseedjeera curry-leaves=curryleaf custard-apple=custardapplesharifa,seetapal dates drumstick
  dry-chilli=chilired,drychillies dry-fodder dry-ginger=gingerdry dry-peas=fieldpea,peasdry,whitepeas duck egg
  elephant-yam=amphophalus,elephantyamsuran,suvarnagadde fennel=soanf fenugreek-leaves=methileaves
  fenugreek-seed=methiseeds fig=figanjuraanjeer finger-millet=ragifingermillet firewood fish fox-nut
  foxtail-millet=foxtailmilletnavane,thinaiitalianmillet french-beans=beans,frenchbeansfrasbean garlic ghee
  ginger=gingergreen goat=shegoat gram-flour grapes grass-pea=lakteora greater-yam=yam,yamratalu green-chilli
  green-fodder green-gram=greengrammoongwhole green-peas=peascod,peaswet
  groundnut=groundnutpodsraw,groundnutseed,groundnutsplit groundnut-oil guar-seed=guarseedclusterbeansseed guava
  honey horse-gram=kulthihorsegram hyacinth-beans=chapparadavare,greenavarew,indianbeansseam,suratbeanspapadi
  isabgol=isabgulpsyllium ivy-gourd=littlegourdkundru,thondekai jackfruit jaggery=gurjaggery jamun=jamunnaralehannu
  jasmine jute kabuli-chana=kabulichanachickpeaswhite kidney-beans kinnow kodo-millet=kodomilletvaragu
  kohlrabi=knoolkhol leafy-vegetables=leafyvegetable lemon=lime lentil=lentilmasurwhole linseed=flaxseeds litchi
  little-millet=samesavi lotus lotus-root=lotussticks mace mahua maize mango
  marigold=jaffri,marigoldcalcutta,marigoldloose masoor-dal=masurdal mint=mintpudina moong-dal=greengramdalmoongdal
  mushroom=mashrooms musk-melon=karbujamuskmelon mustard=indiancolzasarson,rayee mustard-oil neem-seed nigella
  niger-seed=gurellu,nigerseedramtil nutmeg okra=bhindiladiesfinger onion orange paddy=paddydhancommon papaya peach
  pear=pearmarasebu pearl-millet=bajrapearlmilletcumbu,hybridcumbu,tvcumbu pigeon-pea=arharturredgramwhole pineapple
  pistachio plum pointed-gourd=pointedgourdparval pomegranate poppy-seed=poppyseeds potato pumpkin=sweetpumpkin
  radish=raddish raisins=drygrapes raw-banana=bananagreen raw-mango=mangorawripe raw-papaya=papayaraw
  refined-flour=maidaatta rice ridge-gourd=ridgeguardtori rose=roselocal,roseloose,rosetata round-gourd=tinda rubber
  safflower sago=sabudan sapota=chikoossapota semolina=soji sesame=sesamumsesamegingellytil sesame-oil=gingellyoil
  sheep snake-gourd=snakeguard sorghum=jowarsorghum soybean=soyabean spinach spine-gourd=kartalikantola sponge-gourd
  spring-onion=oniongreen strawberry sugar sugarcane summer-squash=squashchappalkadoo sunflower=sunflowerseed
  sunflower-oil sweet-lime=mousambisweetlime sweet-potato tamarind=tamarindfruit tapioca taro=colacasia tea
  tender-coconut timber=wood tobacco tomato toor-dal=arhardalturdal
  tuberose=tuberosedouble,tuberoseloose,tuberosesingle turmeric=turmericraw turnip urad-dal=blackgramdalurddal
  walnut watermelon wheat wheat-flour=wheatatta wool
`;

const SLUGS = new Map(
  COMMODITIES.trim()
    .split(/\s+/)
    .flatMap((entry) => {
      const [slug, others] = entry.split('=') as [string, string?];
      return [slug.replaceAll('-', ''), ...(others?.split(',') ?? [])].map((key): [string, string] => [key, slug]);
    }),
);

/** What a name says of the commodity: `known` if it is one of the glossary's, and the slug that a price file makes. */
export interface NamedCommodity {
  known: string | null;
  own: string | null;
}

const read = new Map<string, NamedCommodity>();
const MOST_READ = 100_000;

/** Made once of each name: of a million products, thousands share one. */
export function commodityOfName(name: string): NamedCommodity {
  const before = read.get(name);
  if (before) return before;
  const key = name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
  const words =
    name
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const commodity = { known: SLUGS.get(key) ?? null, own: words.join('-').slice(0, 64).replace(/-$/, '') || null };
  if (read.size < MOST_READ) read.set(name, commodity);
  return commodity;
}
