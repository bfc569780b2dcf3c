import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Access } from '../../auth/index.js';
import type { ProjectionState } from '../../contracts/index.js';
import { IdPipe } from '../../validation/index.js';
import { Projections } from '../projections/projections.js';

@Controller('projections')
export class ProjectionsController {
  constructor(private readonly projections: Projections) {}

  @Get()
  @Access('admin')
  async list(): Promise<{ projections: ProjectionState[] }> {
    return { projections: await this.projections.states() };
  }

  @Post(':id/rebuild')
  @HttpCode(202)
  @Access('admin')
  rebuild(@Param('id', IdPipe) name: string): Promise<ProjectionState> {
    return this.projections.rebuild(name);
  }
}
