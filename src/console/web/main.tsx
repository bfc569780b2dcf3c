import { render } from 'preact';
import { App } from './shell/app.js';
import 'uplot/dist/uPlot.min.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/market.css';
import './styles/views.css';
import './styles/tools.css';

render(<App />, document.getElementById('console')!);
