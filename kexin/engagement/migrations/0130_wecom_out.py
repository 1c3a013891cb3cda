from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engagement', '0011_answers_by_mail'),
    ]

    operations = [
        migrations.AlterField(
            model_name='outboundmessage',
            name='channel',
            field=models.CharField(choices=[('sms', 'Short message'), ('email', 'E-mail'), ('wecom', 'WeCom')], max_length=8, verbose_name='channel'),
        ),
    ]
