export { correlation } from './correlation.js';
