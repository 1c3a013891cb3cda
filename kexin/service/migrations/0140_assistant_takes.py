"""The assistant takes complaints and requests, and hands a talk over as a conversation."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('service', '0122_found_sooner'),
    ]

    operations = [
        migrations.RemoveField(model_name='assistanttalk', name='request'),
        migrations.AddField(
            model_name='assistanttalk',
            name='conversation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.conversation', verbose_name='conversation'),
        ),
        migrations.AddField(
            model_name='assistantline',
            name='step',
            field=models.CharField(blank=True, choices=[('matter', 'Which purchase it is about'), ('happened', 'What happened'), ('demand', 'What is asked for'), ('complain', 'Whether the complaint is sent'), ('kind', 'Kind of request'), ('category', 'Category of the request'), ('wish', 'What the request is about'), ('send', 'Whether the request is sent')], default='', max_length=8, verbose_name='asked for'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='assistantline',
            name='chosen',
            field=models.CharField(blank=True, db_collation='C', default='', max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='assistantline',
            name='complaint',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.complaint'),
        ),
        migrations.AddField(
            model_name='assistantline',
            name='request',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='service.servicerequest'),
        ),
        migrations.AlterField(
            model_name='assistantline',
            name='kind',
            field=models.CharField(choices=[('asked', 'Question'), ('answer', 'Answer from an article'), ('offer', 'Articles to choose from'), ('unknown', 'Does not know'), ('status', 'Requests of the customer'), ('handed', 'Handed over to a person'), ('take', 'Asks for what a complaint or request needs'), ('told', 'Said for a complaint or request'), ('left', 'Left what was begun'), ('made', 'Complaint or request taken')], max_length=8, verbose_name='kind'),
        ),
    ]
