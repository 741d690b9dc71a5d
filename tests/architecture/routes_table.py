"""Every URL and who may call it, as one written table.

The columns are people; a number is the status that they get. Pages of the console answer 404 for another's thing, as for
one that never was; a signed link or a hold's cookie is the key of whoever has it, signed in or not.
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = ("nobody", "patient", "owner", "colleague", "desk", "admin", "stranger", "other_clinician")

#       method and path                                         guard       nobody patient owner colleague desk admin stranger other_clinician
TABLE = """
GET     /                                                       public      200 200 200 200 200 200 200 200
GET     /<owner>                                                public      302 302 302 302 302 302 302 302
GET     /<owner>/<kind>                                         public      200 200 200 200 200 200 200 200
GET     /book/<slot>                                            public      200 200 200 200 200 200 200 200
GET     /book/<slot>/weekly                                     public      303 303 303 303 303 303 303 303
POST    /hold                                                   public      303 303 303 303 303 303 303 303
GET     /hold/<hold_id>                                         holder      200 200 200 200 200 200 200 200
POST    /hold/<hold_id>                                         holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/typed                                   holder      403 204 403 403 403 403 403 403
POST    /hold/<hold_id>/files/remove                            holder      403 303 403 403 403 403 403 403
GET     /hold/<hold_id>/stop                                    holder      200 200 200 200 200 200 200 200
GET     /hold/<hold_id>/review                                  holder      200 303 200 200 200 200 200 200
POST    /hold/<hold_id>/change                                  holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/book                                    holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/extend                                  holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/language                                holder      403 303 403 403 403 403 403 403
POST    /language                                               public      303 303 303 303 303 303 303 303
POST    /hold/<hold_id>/release                                 holder      403 303 403 403 403 403 403 403
GET     /hold/<hold_id>/code                                    holder      200 303 200 200 200 200 200 200
POST    /hold/<hold_id>/code                                    holder      403 303 403 403 403 403 403 403
POST    /hold/<hold_id>/code/again                              holder      403 303 403 403 403 403 403 403
GET     /b/<token>                                              token       200 200 200 200 200 200 200 200
GET     /b/<token>/appointment.ics                              token       200 200 200 200 200 200 200 200
GET     /b/<token>/coming                                       token       200 200 200 200 200 200 200 200
POST    /b/<token>/coming                                       token       303 303 303 303 303 303 303 303
GET     /b/<token>/reschedule                                   token       200 200 200 200 200 200 200 200
POST    /b/<token>/reschedule                                   token       303 303 303 303 303 303 303 303
GET     /b/<token>/reschedule/<slot>                            token       200 200 200 200 200 200 200 200
GET     /b/<token>/cancel                                       token       200 200 200 200 200 200 200 200
POST    /b/<token>/cancel                                       token       303 303 303 303 303 303 303 303
POST    /b/<token>/sooner                                       token       303 303 303 303 303 303 303 303
GET     /<owner>/<kind>/waitlist                                public      200 200 200 200 200 200 200 200
POST    /<owner>/<kind>/waitlist                                public      303 303 303 303 303 303 303 303
GET     /waitlist/<token>                                       token       200 200 200 200 200 200 200 200
POST    /waitlist/<token>/leave                                 token       303 303 303 303 303 303 303 303
GET     /offer/<token>                                          token       200 200 200 200 200 200 200 200
POST    /offer/<token>/take                                     token       303 303 303 303 303 303 303 303
POST    /offer/<token>/decline                                  token       303 303 303 303 303 303 303 303
GET     /b/<token>/my-data                                      token       200 200 200 200 200 200 200 200
POST    /b/<token>/my-data                                      token       303 303 303 303 303 303 303 303
GET     /b/<token>/my-data.zip                                  token       200 200 200 200 200 200 200 200
GET     /b/<token>/my-data/remove                               token       200 200 200 200 200 200 200 200
POST    /b/<token>/my-data/remove                               token       303 303 303 303 303 303 303 303
GET     /find-booking                                           public      200 200 200 200 200 200 200 200
POST    /find-booking                                           public      303 303 303 303 303 303 303 303
GET     /referrals/<handle:handle>                              key         401 401 401 401 401 401 401 401
GET     /console                                                signed-in   303 303 303 303 303 303 303 303
GET     /console/bookings/<appointment_id>                      signed-in   303 303 200 404 200 200 404 404
GET     /console/bookings/<appointment_id>/files/<document_id>  signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/cancel               signed-in   401 401 303 404 303 303 404 404
GET     /console/calls                                          signed-in   303 303 200 200 200 200 200 200
POST    /console/calls/<call_id>/called                         signed-in   401 401 303 404 303 303 404 404
POST    /console/calls/<call_id>/undo                           signed-in   401 401 303 404 303 303 404 404
GET     /console/types                                          signed-in   303 303 200 200 200 200 200 200
GET     /console/types/new                                      signed-in   303 303 200 200 403 200 200 200
POST    /console/types/new                                      signed-in   401 401 303 303 403 303 400 400
POST    /console/types/words                                    signed-in   401 401 200 200 200 200 200 200
GET     /console/types/<type_id>                                signed-in   303 303 200 404 200 200 404 404
POST    /console/types/<type_id>                                signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/shown/<visibility>             signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/retire                         signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/retire                         signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/offer-again                    signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/new                     signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/new                     signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/<schedule_id>           signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/<schedule_id>           signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/places/<schedule_id>/stop      signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/places/<schedule_id>/stop      signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/places/<schedule_id>/offer-again signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/questions/new                  signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/questions/new                  signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/questions/<question_id>        signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/questions/<question_id>        signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/questions/<question_id>/move/<way> signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/questions/<question_id>/asked/<way> signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/plans                          signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/plans                          signed-in   401 401 303 404 403 303 404 404
GET     /console/types/<type_id>/links/new                      signed-in   303 303 200 404 403 200 404 404
POST    /console/types/<type_id>/links/new                      signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/links/<link_id>/end            signed-in   401 401 303 404 403 303 404 404
POST    /console/types/<type_id>/links/<link_id>/reopen         signed-in   401 401 303 404 403 303 404 404
GET     /console/new                                            signed-in   303 303 200 200 200 200 200 200
POST    /console/new                                            signed-in   401 401 303 404 303 303 404 404
GET     /console/walk-in                                        signed-in   303 303 200 200 200 200 200 200
POST    /console/walk-in                                        signed-in   401 401 303 409 303 303 409 409
GET     /console/find                                           signed-in   303 303 200 200 200 200 200 200
POST    /console/find                                           signed-in   401 401 200 200 200 200 200 200
GET     /console/duplicates                                     signed-in   303 303 403 403 200 200 200 403
POST    /console/duplicates/same                                signed-in   401 401 403 403 303 303 404 403
POST    /console/duplicates/not-same                            signed-in   401 401 403 403 303 303 404 403
POST    /console/duplicates/undo                                signed-in   401 401 403 403 303 303 404 403
GET     /console/block                                          signed-in   303 303 200 200 200 200 200 200
POST    /console/block                                          signed-in   401 401 303 404 303 303 404 404
POST    /console/block/<block_id>/remove                        signed-in   401 401 303 404 303 303 404 404
GET     /console/sheet/<day>                                    signed-in   303 303 200 200 200 200 200 200
GET     /console/waitlist                                       signed-in   303 303 200 200 200 200 200 200
GET     /console/waitlist/new                                   signed-in   303 303 200 200 200 200 200 200
POST    /console/waitlist/new                                   signed-in   401 401 303 400 303 303 400 400
POST    /console/waitlist/<entry_id>/offer                      signed-in   401 401 303 404 303 303 404 404
POST    /console/waitlist/<entry_id>/remove                     signed-in   401 401 303 404 303 303 404 404
POST    /console/waitlist/<entry_id>/put-back                   signed-in   401 401 303 404 303 303 404 404
GET     /console/day                                            signed-in   303 303 303 303 303 303 303 303
GET     /console/day/<on>                                       signed-in   303 303 200 200 200 200 200 200
GET     /console/week                                           signed-in   303 303 303 303 303 303 303 303
GET     /console/week/<on>                                      signed-in   303 303 200 200 200 200 200 200
GET     /console/requests                                       signed-in   303 303 200 200 200 200 200 200
POST    /console/bookings/<appointment_id>/approve              signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/decline              signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/check-in             signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/in-room              signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/done                 signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/no-show              signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/undo                 signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/note                 signed-in   401 401 303 404 303 303 404 404
GET     /console/bookings/<appointment_id>/details              signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/details              signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/part                 signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/resend               signed-in   401 401 303 404 303 303 404 404
POST    /console/bookings/<appointment_id>/keep                 signed-in   401 401 303 404 303 303 404 404
GET     /console/bookings/<appointment_id>/move                 signed-in   303 303 200 404 200 200 404 404
POST    /console/bookings/<appointment_id>/move                 signed-in   401 401 303 404 303 303 404 404
GET     /console/why                                            signed-in   303 303 200 200 200 200 200 200
GET     /console/share                                          signed-in   303 303 200 200 200 200 200 200
GET     /console/profile                                        signed-in   303 303 200 200 200 200 200 200
POST    /console/profile/page                                   signed-in   401 401 303 303 404 404 404 303
POST    /console/profile/photo                                  signed-in   401 401 400 400 404 404 404 400
POST    /console/profile/photo/remove                           signed-in   401 401 303 303 404 404 404 303
POST    /console/profile/choices                                signed-in   401 401 303 303 303 303 303 303
POST    /console/profile/password                               signed-in   401 401 303 303 303 303 303 303
POST    /console/profile/sign-out-everywhere                    signed-in   401 401 303 303 303 303 303 303
GET     /console/hours                                          signed-in   303 303 200 200 200 200 303 200
POST    /console/hours                                          signed-in   401 401 403 403 303 303 303 403
GET     /console/hours/<availability_id>                        signed-in   303 303 200 404 200 200 404 404
POST    /console/hours/<availability_id>                        signed-in   401 401 303 404 303 303 404 404
POST    /console/hours/<availability_id>/name                   signed-in   401 401 303 404 303 303 404 404
POST    /console/hours/<availability_id>/remove                 signed-in   401 401 303 404 303 303 404 404
GET     /console/hours/<availability_id>/dates                  signed-in   303 303 200 404 200 200 404 404
POST    /console/hours/<availability_id>/dates                  signed-in   401 401 303 404 303 303 404 404
GET     /console/hours/<availability_id>/repeats                signed-in   303 303 200 404 200 200 404 404
POST    /console/hours/<availability_id>/repeats                signed-in   401 401 303 404 303 303 404 404
GET     /console/time-off                                       signed-in   303 303 200 200 200 200 200 200
POST    /console/time-off                                       signed-in   401 401 303 303 303 303 303 303
POST    /console/time-off/remove                                signed-in   401 401 303 404 303 303 404 404
GET     /console/history                                        signed-in   303 303 200 200 200 200 200 200
POST    /console/history/<revision_id>/undo                     signed-in   401 401 303 404 303 303 404 404
GET     /console/setup                                          signed-in   303 303 303 200 303 303 303 303
POST    /console/setup                                          signed-in   401 401 303 303 303 303 303 303
POST    /console/setup/preview                                  signed-in   401 401 303 200 303 303 303 303
GET     /console/share/<owner_id>/<type_id>/print               signed-in   303 303 200 404 200 200 404 404
POST    /console/share/<type_id>/show                           signed-in   401 401 303 404 403 303 404 404
POST    /console/share/<type_id>/hide                           signed-in   401 401 303 404 403 303 404 404
GET     /admin                                                  role(admin) 303 303 403 403 403 200 200 403
GET     /admin/people                                           role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people                                           role(admin) 401 401 403 403 403 200 200 403
GET     /admin/people/clinician                                 role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people/clinician                                 role(admin) 401 401 403 403 403 303 400 403
GET     /admin/people/invite                                    role(admin) 303 303 403 403 403 200 200 403
POST    /admin/people/invite                                    role(admin) 401 401 403 403 403 303 303 403
GET     /admin/people/users/<user_id>                           role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/users/<user_id>                           role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/deactivate                role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/activate                  role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/invite                    role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/users/<user_id>/sign-out                  role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/practitioners/<practitioner_id>           role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/practitioners/<practitioner_id>           role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/practitioners/<practitioner_id>/retire    role(admin) 401 401 403 403 403 303 404 403
POST    /admin/people/practitioners/<practitioner_id>/return    role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/practitioners/<practitioner_id>/places    role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/practitioners/<practitioner_id>/places    role(admin) 401 401 403 403 403 303 404 403
GET     /admin/people/places/<role_id>                          role(admin) 303 303 403 403 403 200 404 403
POST    /admin/people/places/<role_id>                          role(admin) 401 401 403 403 403 303 404 403
GET     /admin/places                                           role(admin) 303 303 403 403 403 200 200 403
GET     /admin/places/new                                       role(admin) 303 303 403 403 403 200 200 403
POST    /admin/places/new                                       role(admin) 401 401 403 403 403 400 400 403
GET     /admin/places/<location_id>                             role(admin) 303 303 403 403 403 200 404 403
POST    /admin/places/<location_id>                             role(admin) 401 401 403 403 403 409 404 403
POST    /admin/places/<location_id>/close                       role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/open                        role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/rooms                       role(admin) 401 401 403 403 403 400 404 403
POST    /admin/places/<location_id>/rooms/<actor_id>            role(admin) 401 401 403 403 403 400 404 403
POST    /admin/places/<location_id>/rooms/<actor_id>/out-of-use role(admin) 401 401 403 403 403 303 404 403
POST    /admin/places/<location_id>/rooms/<actor_id>/use        role(admin) 401 401 403 403 403 303 404 403
GET     /admin/services                                         role(admin) 303 303 403 403 403 200 200 403
POST    /admin/services/<schedule_id>/stop                      role(admin) 401 401 403 403 403 303 404 403
POST    /admin/services/<schedule_id>/offer                     role(admin) 401 401 403 403 403 303 404 403
GET     /admin/insurance                                        role(admin) 303 303 403 403 403 200 200 403
POST    /admin/insurance                                        role(admin) 401 401 403 403 403 303 303 403
GET     /admin/insurance/<plan_id>                              role(admin) 303 303 403 403 403 200 404 403
POST    /admin/insurance/<plan_id>                              role(admin) 401 401 403 403 403 303 404 403
POST    /admin/insurance/<plan_id>/retire                       role(admin) 401 401 403 403 403 303 404 403
POST    /admin/insurance/<plan_id>/accept                       role(admin) 401 401 403 403 403 303 404 403
GET     /admin/holidays                                         role(admin) 303 303 403 403 403 200 200 403
POST    /admin/holidays                                         role(admin) 401 401 403 403 403 303 303 403
GET     /admin/holidays/<location_id>                           role(admin) 303 303 403 403 403 200 404 403
POST    /admin/holidays/<location_id>                           role(admin) 401 401 403 403 403 303 404 403
GET     /admin/teams                                            role(admin) 303 303 403 403 403 200 200 403
GET     /admin/teams/new                                        role(admin) 303 303 403 403 403 200 200 403
POST    /admin/teams/new                                        role(admin) 401 401 403 403 403 400 400 403
GET     /admin/teams/<pool_id>                                  role(admin) 303 303 403 403 403 200 404 403
POST    /admin/teams/<pool_id>                                  role(admin) 401 401 403 403 403 409 404 403
POST    /admin/teams/<pool_id>/pause                            role(admin) 401 401 403 403 403 303 404 403
POST    /admin/teams/<pool_id>/resume                           role(admin) 401 401 403 403 403 303 404 403
GET     /admin/teams/<pool_id>/remove                           role(admin) 303 303 403 403 403 200 404 403
POST    /admin/teams/<pool_id>/remove                           role(admin) 401 401 403 403 403 303 404 403
GET     /admin/organization                                     role(admin) 303 303 403 403 403 200 200 403
POST    /admin/organization                                     role(admin) 401 401 403 403 403 409 409 403
GET     /admin/organization/new                                 role(admin) 303 303 403 403 403 200 200 403
POST    /admin/organization/new                                 role(admin) 401 401 403 403 403 400 400 403
GET     /admin/organization/<organization_id>                   role(admin) 303 303 403 403 403 200 404 403
POST    /admin/organization/<organization_id>                   role(admin) 401 401 403 403 403 409 404 403
GET     /admin/sources                                          role(admin) 303 303 403 403 403 200 200 403
GET     /admin/sources/new                                      role(admin) 303 303 403 403 403 200 200 403
POST    /admin/sources/new                                      role(admin) 401 401 403 403 403 303 303 403
GET     /admin/sources/<source_id>                              role(admin) 303 303 403 403 403 200 404 403
POST    /admin/sources/<source_id>                              role(admin) 401 401 403 403 403 303 404 403
POST    /admin/sources/<source_id>/key                          role(admin) 401 401 403 403 403 200 404 403
POST    /admin/sources/<source_id>/pause                        role(admin) 401 401 403 403 403 303 404 403
POST    /admin/sources/<source_id>/resume                       role(admin) 401 401 403 403 403 303 404 403
POST    /admin/sources/<source_id>/test                         role(admin) 401 401 403 403 403 409 404 403
POST    /admin/sources/<source_id>/again                        role(admin) 401 401 403 403 403 303 404 403
GET     /admin/mails                                            role(admin) 303 303 403 403 403 200 200 403
GET     /admin/mails/<mail_id>                                  role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/html                             role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/mail.eml                         role(admin) 303 303 403 403 403 200 404 403
GET     /admin/mails/<mail_id>/appointment.ics                  role(admin) 303 303 403 403 403 200 404 403
POST    /admin/mails/<mail_id>/retry                            role(admin) 401 401 403 403 403 409 404 403
GET     /admin/feed                                             role(admin) 303 303 403 403 403 200 200 403
POST    /admin/feed/check                                       role(admin) 401 401 403 403 403 303 303 403
GET     /sign-in                                                public      200 200 303 303 303 303 303 303
POST    /sign-in                                                public      400 400 400 400 400 400 400 400
POST    /sign-out                                               public      303 303 303 303 303 303 303 303
GET     /sign-in/forgot                                         public      200 200 200 200 200 200 200 200
POST    /sign-in/forgot                                         public      303 303 303 303 303 303 303 303
GET     /sign-in/reset/<token>                                  token       200 200 200 200 200 200 200 200
POST    /sign-in/reset/<token>                                  token       303 303 303 303 303 303 303 303
GET     /invitation/<token>                                     token       200 200 200 200 200 200 200 200
POST    /invitation/<token>                                     token       303 303 303 303 303 303 303 303
GET     /welcome/<token>                                        token       404 404 404 404 404 404 404 404
POST    /welcome/<token>                                        token       404 404 404 404 404 404 404 404
GET     /health                                                 public      200 200 200 200 200 200 200 200
GET     /photos/<photo>                                         public      200 200 200 200 200 200 200 200
GET     /privacy                                                public      200 200 200 200 200 200 200 200
GET     /robots.txt                                             public      200 200 200 200 200 200 200 200
GET     /service.json                                           public      200 200 200 200 200 200 200 200
GET     /static/<path:filename>                                 public      200 200 200 200 200 200 200 200
"""


@dataclass(frozen=True)
class Route:
    """A line of the table."""

    method: str
    path: str
    guard: str
    statuses: dict[str, int]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read_table() -> list[Route]:
    """The table's lines."""
    routes = []
    for line in TABLE.strip().splitlines():
        method, path, guard, *statuses = line.split()
        expected = dict(zip(PEOPLE, map(int, statuses), strict=True))
        routes.append(Route(method, path, guard, expected))
    return routes


ROUTES = read_table()
GETS = [route for route in ROUTES if route.method == "GET"]
POSTS = [route for route in ROUTES if route.method == "POST"]
