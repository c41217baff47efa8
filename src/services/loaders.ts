import type { Link } from '../graphql/loaders.ts';
import { visibleServices } from './policy.ts';

/** The team members who are assigned to the orders of a service by default, by name. */
export const employeesOfService: Link = {
  model: 'serviceEmployee',
  key: 'serviceId',
  target: 'employee',
  order: ['firstName', 'lastName'],
};

/** The live services that a service is an add-on of, by name. */
export const parentsOfService: Link = {
  model: 'serviceAddon',
  key: 'addonId',
  target: 'parent',
  order: ['name'],
  visible: visibleServices,
};

/** The live services that are add-ons of a service, by name. */
export const addonsOfService: Link = {
  model: 'serviceAddon',
  key: 'parentId',
  target: 'addon',
  order: ['name'],
  visible: visibleServices,
};
