/** All glossary entries, in no meaningful order. */
import { type GlossaryEntry } from '../glossary-entry.js';
import { cereals } from './cereals.js';
import { dryFruits } from './dry-fruits.js';
import { fibres } from './fibres.js';
import { flowers } from './flowers.js';
import { fruits } from './fruits.js';
import { livestock } from './livestock-poultry-fisheries.js';
import { oilsAndFats } from './oils-and-fats.js';
import { oilseeds } from './oilseeds.js';
import { other } from './other.js';
import { plantationAndForest } from './plantation-and-forest.js';
import { pulses } from './pulses.js';
import { spices } from './spices.js';
import { sweeteners } from './sweeteners.js';
import { fruitingVegetables } from './vegetables-fruiting.js';
import { rootAndLeafVegetables } from './vegetables-roots-and-leaves.js';

export const entries: readonly GlossaryEntry[] = [
  ...fruitingVegetables,
  ...rootAndLeafVegetables,
  ...fruits,
  ...cereals,
  ...pulses,
  ...oilseeds,
  ...spices,
  ...fibres,
  ...flowers,
  ...dryFruits,
  ...oilsAndFats,
  ...livestock,
  ...plantationAndForest,
  ...sweeteners,
  ...other,
];
